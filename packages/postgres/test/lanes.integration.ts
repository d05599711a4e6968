import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLanes, type Lanes } from '../src/lanes.ts';
import { servers } from '../../testing/src/servers.ts';

let pool: pg.Pool;
let lanes: Lanes;
beforeEach(() => {
  pool = new pg.Pool({ connectionString: servers().postgresUrl, max: 2, pipeline: true });
  pool.on('error', () => undefined);
  lanes = createLanes(pool, 2);
});
afterEach(async () => {
  await lanes.close();
  await pool.end();
});

const echo = (value: number) =>
  lanes.query<{ value: number; pid: number }>({
    name: 'echo',
    text: 'SELECT $1::int AS value, pg_backend_pid() AS pid',
    values: [value],
  });

/** A value that only the driver's own way has a text for. */
const dated = { name: 'dated', text: 'SELECT $1::timestamptz', values: [new Date()] };

test('many at once come back to whoever asked, on as few connections as hold them', async () => {
  const one = await Promise.all([1, 2, 3].map(echo));
  expect(one.map(({ rows }) => rows[0]?.value)).toEqual([1, 2, 3]);
  expect(pool.totalCount).toBe(1);

  const many = await Promise.all(Array.from({ length: 200 }, (_each, value) => echo(value)));
  expect(many.map(({ rows }) => rows[0]?.value)).toEqual(Array.from({ length: 200 }, (_each, i) => i));
  expect(new Set(many.map(({ rows }) => rows[0]?.pid)).size).toBe(2);
});

test('a statement is described once, and its rows are the same ever after', async () => {
  const typed = () =>
    lanes.query({
      name: 'typed',
      text: `SELECT x AS number, CASE x WHEN 1 THEN NULL ELSE 'ä"\n' END AS "a text", $2::bigint[] AS ids, $3::bool AS "isSo"
        FROM generate_series(1, $1::int) x`,
      values: [2, '{1,2}', true],
    });
  const row = { number: 1, 'a text': null, ids: [1n, 2n], isSo: true };
  const expected = [row, { ...row, number: 2, 'a text': 'ä"\n' }];
  for (const { rows } of await Promise.all([typed(), typed(), typed()])) expect(rows).toEqual(expected);
  expect((await typed()).rows).toEqual(expected);
  expect((await lanes.query({ name: 'none', text: 'SELECT 1 WHERE false' })).rows).toEqual([]);
  expect((await lanes.query({ name: 'none', text: 'SELECT 1 WHERE false' })).rows).toEqual([]);
});

test('one that fails fails alone, also when it was described before', async () => {
  const inverse = (of: number) =>
    lanes.query({ name: 'inverse', text: 'SELECT 12 / $1::int AS part', values: [of] });
  expect((await inverse(3)).rows).toEqual([{ part: 4 }]);
  const answers = await Promise.allSettled([inverse(2), inverse(0), inverse(4), lanes.query(dated)]);
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.rows : 'failed'))).toEqual([
    [{ part: 6 }],
    'failed',
    [{ part: 3 }],
    'failed',
  ]);
  expect((await inverse(1)).rows).toEqual([{ part: 12 }]);
});

test('one that fails fails alone', async () => {
  const outcomes = await Promise.allSettled([
    echo(1),
    lanes.query({ text: 'SELECT 1 / 0' }),
    echo(2),
    lanes.query({ text: 'SELECT nonsense' }),
    echo(3),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
});

test('a connection that breaks fails what was sent on it, and the next statement has another one', async () => {
  const { rows } = await echo(1);
  const sleeping = expect(lanes.query({ text: 'SELECT pg_sleep(30)' })).rejects.toThrow();
  const admin = new pg.Client({ connectionString: servers().postgresUrl });
  await admin.connect();
  await admin.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
  await admin.end();
  await sleeping;
  const { rows: later } = await echo(2);
  expect(later[0]?.value).toBe(2);
  expect(later[0]?.pid).not.toBe(rows[0]?.pid);
  expect(pool.totalCount).toBe(1);
});

test('nobody lines up behind a statement that takes long', async () => {
  await echo(1);
  // As long as it takes until the others were answered.
  const holder = new pg.Client({ connectionString: servers().postgresUrl });
  await holder.connect();
  await holder.query('SELECT pg_advisory_lock(1)');
  const slow = lanes.query<{ done: boolean }>({ text: 'SELECT pg_advisory_lock(1) IS NOT NULL AS done' });
  await sleep(50);
  const { rows } = await echo(2);
  expect(rows[0]?.value).toBe(2);
  await holder.end();
  expect((await slow).rows).toEqual([{ done: true }]);
});

test('closing waits for what was sent', async () => {
  const slow = lanes.query<{ done: boolean }>({ text: 'SELECT pg_sleep(0.2) IS NOT NULL AS done' });
  await lanes.query({ text: 'SELECT 1' });
  await lanes.close();
  await pool.end();
  expect((await slow).rows).toEqual([{ done: true }]);
  pool = new pg.Pool({ connectionString: servers().postgresUrl });
});
