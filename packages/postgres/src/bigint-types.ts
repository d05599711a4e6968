import pg from 'pg';

const int8 = 20;
const int8Array = 1016;

/** For a pool's `types`: `bigint` columns are bigints, arrays of them too. The driver would make text of them. */
export const bigintTypes = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === int8) return BigInt;
    if (oid === int8Array) return readIds;
    return format === 'binary' ? pg.types.getTypeParser(oid, format) : pg.types.getTypeParser(oid, 'text');
  }) as typeof pg.types.getTypeParser,
};

/** `{1,2}`, as Postgres writes an array of numbers. */
function readIds(text: string): bigint[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(BigInt);
}
