import { createHash } from 'node:crypto';
import { Prisma, type RegistryTransaction } from '@murmuration/prisma/registry';
import { couldNotRun } from '@murmuration/registry/wire';

/** A text's name: the SHA-256 of it, hexadecimal. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The same as the database keeps it. */
export function bytesOf(hash: string): Buffer<ArrayBuffer> {
  return Buffer.from(hash, 'hex');
}

/** Keeps texts under their hashes; what is there is the same. In the order of hashes, so that no two wait for each other. */
export async function keepContents(transaction: RegistryTransaction, texts: Iterable<string>): Promise<void> {
  const byHash = new Map([...texts].map((text) => [hashOf(text), text]));
  for (const hash of [...byHash.keys()].sort()) {
    await transaction.$executeRaw`INSERT INTO content (hash, body)
      VALUES (${bytesOf(hash)}, ${byHash.get(hash)}) ON CONFLICT DO NOTHING`;
  }
}

/**
 * Reads texts by their hashes.
 * @throws a refusal when one is gone or is not what its name says
 */
export async function readContents(
  transaction: RegistryTransaction,
  hashes: Iterable<string>,
): Promise<Map<string, string>> {
  const asked = [...new Set(hashes)];
  if (asked.length === 0) return new Map();
  const rows = await transaction.$queryRaw<{ hash: string; body: string }[]>`
    SELECT encode(hash, 'hex') AS hash, body FROM content
    WHERE hash IN (${Prisma.join(asked.map(bytesOf))})`;
  const found = new Map(rows.map(({ hash, body }) => [hash, body]));
  for (const hash of asked) {
    const body = found.get(hash);
    if (body === undefined || hashOf(body) !== hash)
      throw couldNotRun(`The store is damaged: the content ${hash} was edited or is gone.`);
  }
  return found;
}
