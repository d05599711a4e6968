import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from './render.ts';

const script = fileURLToPath(new URL('../../scripts/secrets.mjs', import.meta.url));

/** What `node scripts/secrets.mjs --kubernetes` prints for a cluster without a secret store, by name. */
export function laptopSecrets(): Record<string, Record<string, string>> {
  const yaml = execFileSync(process.execPath, [script, '--kubernetes'], { encoding: 'utf8' });
  const secrets = parseAllDocuments(yaml).map(
    (document) => document.toJS() as Manifest & { stringData: Record<string, string> },
  );
  return Object.fromEntries(secrets.map(({ metadata, stringData }) => [metadata.name, stringData]));
}
