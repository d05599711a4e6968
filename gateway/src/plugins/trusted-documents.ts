import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Documents that clients were built with, by id. */
export interface TrustedDocuments {
  /** The text behind an id: `documentId`, or the hash of an automatic persisted query. */
  textOf(id: string): string | undefined;
  /** Whether any text may run, or only those of the list. */
  allows(text: string): boolean;
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
  for (const [, text] of entries) byId.set(createHash('sha256').update(text).digest('hex'), text);
  const texts = new Set(byId.values());
  return {
    textOf: (id) => byId.get(withoutScheme(id)),
    allows: (text) => !isRequired || texts.has(text),
  };
}

/** What a client hears whose operation is not on the list; said before it is even parsed. */
export const untrustedMessage = 'This graph runs trusted documents only.';

function withoutScheme(id: string): string {
  return id.replace(/^sha256:/, '');
}
