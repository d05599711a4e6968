import { expect, it } from 'vitest';
import { createLoader } from '../src/subgraph/loader.ts';

interface Row {
  id: bigint;
  text: string;
}

/** Answers like a database: what exists, in an order of its own. */
function createTable(ids: bigint[]) {
  const asked: bigint[][] = [];
  const read = async (keys: bigint[]): Promise<Row[]> => {
    asked.push(keys);
    return ids.filter((id) => keys.includes(id)).map((id) => ({ id, text: `row ${id}` }));
  };
  return { asked, loader: createLoader(read, (row: Row) => row.id) };
}

it('gives each key its row, in the order of the keys, and null where there is none', async () => {
  const { loader } = createTable([3n, 1n, 2n]);
  const rows = await loader.loadMany([1n, 9n, 2n, 3n, 1n]);
  expect(rows.map((row) => (row && 'text' in row ? row.text : row))).toEqual([
    'row 1',
    null,
    'row 2',
    'row 3',
    'row 1',
  ]);
});

it('asks once for all keys of one moment, and for each key once', async () => {
  const { asked, loader } = createTable([1n, 2n]);
  await Promise.all([loader.load(2n), loader.load(1n), loader.load(2n)]);
  await loader.load(1n);
  expect(asked).toEqual([[2n, 1n]]);
});

it('splits what is too much for one statement', async () => {
  const ids = Array.from({ length: 1_001 }, (_, place) => BigInt(place));
  const { asked, loader } = createTable(ids);
  const rows = await loader.loadMany(ids);
  expect(asked.map((keys) => keys.length)).toEqual([1_000, 1]);
  expect(rows.every((row, place) => row && 'id' in row && row.id === BigInt(place))).toBe(true);
});

it('passes a failure on to everyone who waited for it', async () => {
  const failure = new Error('the database is gone');
  const loader = createLoader(
    () => Promise.reject(failure),
    (key: bigint) => key,
  );
  expect(await Promise.allSettled([loader.load(1n), loader.load(2n)])).toEqual([
    { status: 'rejected', reason: failure },
    { status: 'rejected', reason: failure },
  ]);
});
