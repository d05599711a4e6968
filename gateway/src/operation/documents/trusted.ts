import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { hashOf } from './hash.ts';

/** Documents that clients were built with, by id. */
export interface TrustedDocuments {
  /** The text behind an id: `documentId`, or the hash of an automatic persisted query. */
  textOf(id: string): string | undefined;
  /** Whether the document of this hash may run, wherever its text came from. */
  allows(hash: string): boolean;
}

const file = z.record(z.string(), z.string());

/**
 * Reads a manifest of the usual form, `{ "<id>": "<text>" }`. With `isRequired` nothing else runs: an
 * attacker who cannot write operations cannot write expensive ones.
 * @throws Error when the file is not such a manifest
 */
export async function loadTrustedDocuments(
  path: string | undefined,
  isRequired: boolean,
): Promise<TrustedDocuments> {
  if (isRequired && !path) throw new Error('TRUSTED_DOCUMENTS_ONLY needs TRUSTED_DOCUMENTS_FILE');
  const entries = path ? Object.entries(file.parse(JSON.parse(await readFile(path, 'utf8')))) : [];
  const byId = new Map(entries.map(([id, text]) => [withoutScheme(id), text]));
  const hashes = new Set(entries.map(([, text]) => hashOf(text)));
  for (const [, text] of entries) byId.set(hashOf(text), text);
  return {
    textOf: (id) => byId.get(withoutScheme(id)),
    allows: (hash) => !isRequired || hashes.has(hash),
  };
}

function withoutScheme(id: string): string {
  return id.replace(/^sha256:/, '');
}
