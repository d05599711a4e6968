import DataLoader from 'dataloader';
import { inSpan } from '../observe/tracing/tracing.ts';

export const loaderLimits = { maxBatchSize: 1_000 } as const;

/**
 * A request-scoped loader that asks for many keys in one statement. Rows may come in any order; a key
 * without a row is null. It is born with the request and dies with it: never share one.
 */
export function createLoader<Key extends bigint | string, Row>(
  read: (keys: Key[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): DataLoader<Key, Row | null> {
  return new DataLoader(
    async (keys) => {
      const found = await inSpan('loader', { 'loader.keys': keys.length }, () => read([...keys]));
      const rows = new Map(found.map((row) => [keyOf(row), row]));
      return keys.map((key) => rows.get(key) ?? null);
    },
    { maxBatchSize: loaderLimits.maxBatchSize },
  );
}
