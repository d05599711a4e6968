import { idArray } from '@murmuration/postgres';

interface Statement {
  name: string;
  text: string;
}

/**
 * A statement for one reader, its `$1`, asked for many of them at once: each row says by `reader_id` whose it is. What
 * else it is given is the same for all of them.
 */
export function ofMany({ name, text }: Statement): Statement {
  return {
    name: `${name}-of-many`,
    text: `SELECT asked.reader_id, found.* FROM unnest($1::bigint[]) AS asked (reader_id)
      CROSS JOIN LATERAL (${text.replaceAll(/\$1(?!\d)/g, 'asked.reader_id')}) found`,
  };
}

/** The values of such a statement about a list. */
export function valuesOfMany(
  readerIds: readonly bigint[],
  listId: bigint,
  ...rest: readonly unknown[]
): unknown[] {
  return [idArray(readerIds), ...rest, listId];
}

/** Rows by whose they are; of whom there is none has an empty list. */
export function byReader<Row extends { reader_id: bigint }>(
  readerIds: readonly bigint[],
  rows: readonly Row[],
): Map<bigint, Row[]> {
  const found = new Map(readerIds.map((readerId): [bigint, Row[]] => [readerId, []]));
  for (const row of rows) found.get(row.reader_id)?.push(row);
  return found;
}
