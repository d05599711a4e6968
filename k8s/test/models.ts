import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from './render.ts';

/** Package of the models by API group; a group without a dot or of Kubernetes's own is in the first. */
const packages: Record<string, string> = {
  'postgresql.cnpg.io': '@kubernetes-models/cloudnative-pg',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

/** Kinds of which no package has a model; their fields are written down in own-models.ts. */
const ownKinds = new Set(['ObjectStore', 'ClientTrafficPolicy', 'BackendTrafficPolicy']);

interface Model {
  validate(): void;
}

/** Where the model of a manifest is imported from. */
function moduleOf({ apiVersion, kind }: Manifest): string {
  if (ownKinds.has(kind)) return '../test/own-models.ts';
  const group = apiVersion.split('/')[0] ?? '';
  return `${packages[group] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
}

/**
 * Checks values (required fields, enumerations, patterns) with the models' own validation.
 * @returns problems, one line each
 */
export async function valueProblems(manifests: readonly Manifest[]): Promise<string[]> {
  const problems: string[] = [];
  for (const manifest of manifests.filter(({ kind }) => !ownKinds.has(kind))) {
    const models = (await import(moduleOf(manifest))) as Record<string, new (data: Manifest) => Model>;
    const Model = models[manifest.kind];
    if (!Model) throw new Error(`There is no model of ${manifest.apiVersion} ${manifest.kind}`);
    try {
      new Model(manifest).validate();
    } catch (error) {
      problems.push(`${manifest.kind}/${manifest.metadata.name}: ${(error as Error).message}`);
    }
  }
  return problems;
}

const folder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Refuses fields that the API does not know, which the models' validation lets pass: each manifest is
 * written as a literal of its TypeScript interface, and the compiler names what is not in it.
 * @returns problems, one line each
 */
export function unknownFields(manifests: readonly Manifest[]): string[] {
  const scratch = mkdtempSync(join(folder, 'generated-'));
  try {
    const source = manifests.map((manifest, index) => {
      const name = `m${index}`;
      const literal = JSON.stringify(manifest, null, 1);
      return `import type { I${manifest.kind} as ${name} } from '${moduleOf(manifest)}';\nexport const ${name}value: ${name} = ${literal};`;
    });
    writeFileSync(join(scratch, 'manifests.ts'), source.join('\n'));
    const config = { extends: '../../tsconfig.json', include: ['manifests.ts'], exclude: [] };
    writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(config));
    const tsc = createRequire(join(folder, '../package.json')).resolve('typescript/package.json');
    execFileSync(process.execPath, [join(tsc, '../bin/tsc'), '-p', scratch, '--pretty', 'false'], {
      encoding: 'utf8',
    });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (!stdout) throw error;
    return stdout.trim().split('\n');
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
