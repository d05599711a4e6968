import { createTestDatabase, type TestDatabase } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metrics } from '../src/index.ts';
import { watchDatabase, watchPool } from '../src/subgraph/index.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase('post');
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** The value of one series as a scrape gives it; undefined while there is none. */
async function valueOf(series: string): Promise<number | undefined> {
  const line = (await metrics.metrics()).split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.split(' ')[1]);
}

test('a pool shows who is busy and who waits', async () => {
  watchPool('of-one', pool);
  const of = (state: string) => valueOf(`database_pool_connections{pool="of-one",state="${state}"}`);
  const held = await pool.connect();
  const waiting = pool.query('SELECT 1');
  expect([await of('busy'), await of('waiting')]).toEqual([1, 1]);
  expect(await valueOf('database_pool_size{pool="of-one"}')).toBe(1);
  held.release();
  await waiting;
  expect([await of('busy'), await of('idle'), await of('waiting')]).toEqual([0, 1, 0]);
});

test('partitions are shown by their ends, and that nobody stands by', async () => {
  await pool.query(`SELECT ensure_day_partitions('outbox', timestamptz '2031-01-31Z', 1)`);
  watchDatabase('post', pool);
  await expect
    .poll(() => valueOf('partition_newest_end_timestamp_seconds{database="post",table="outbox"}'))
    .toBe(Date.parse('2031-02-01T00:00:00Z') / 1_000);
  const { rows } = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'outbox'::regclass ORDER BY 1 LIMIT 1`,
  );
  const [, year = '', month = '', day = ''] = /(\d{4})(\d{2})(\d{2})$/.exec(rows[0]?.name ?? '') ?? [];
  expect(await valueOf('partition_oldest_end_timestamp_seconds{database="post",table="outbox"}')).toBe(
    Date.UTC(Number(year), Number(month) - 1, Number(day) + 1) / 1_000,
  );
  expect(await valueOf('database_standbys{database="post"}')).toBe(0);
  expect(await valueOf('database_replication_lag_seconds{database="post"}')).toBe(0);
  expect(await valueOf('database_facts_read_timestamp_seconds{database="post"}')).toBeGreaterThan(0);
});
