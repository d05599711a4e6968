import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { applyMigrations, ensureDatabase, type Migration } from '../src/index.ts';
import { servers } from './servers.ts';

const clients: pg.Client[] = [];
let url: string;

beforeEach(async () => {
  const target = new URL(servers().postgresUrl);
  target.pathname = `/migrate_${randomBytes(6).toString('hex')}`;
  url = target.href;
  await ensureDatabase(url);
});
afterAll(() => Promise.all(clients.map((client) => client.end())));

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
}

const migration = (name: string, sql: string): Migration => ({ name, sql, checksum: name });
const apply = (migrations: Migration[], limits = {}) =>
  applyMigrations({ database: 'post', url, migrations, limits });
const table = migration('1_table', 'CREATE TABLE word (id int, text text)');
const index = migration(
  '2_index',
  '-- Words are looked for.\n-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS word_text ON word (text);\n',
);

async function indexes(client: pg.Client): Promise<{ name: string; valid: boolean }[]> {
  const { rows } = await client.query<{ name: string; valid: boolean }>(
    `SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index
     JOIN pg_class ON pg_class.oid = indrelid WHERE relname LIKE 'word%' ORDER BY 1`,
  );
  return rows;
}

it('makes an index outside of a transaction, while a row is being written', async () => {
  await apply([table]);
  const writer = await connect();
  await writer.query('BEGIN; INSERT INTO word VALUES (1, $$one$$)');
  const applied = apply([table, index]);
  // It waits for the writer's transaction; somebody else writes meanwhile.
  const other = await connect();
  await expect
    .poll(async () => (await indexes(other)).length, { message: 'the index is being made' })
    .toBe(1);
  await other.query('SET statement_timeout = 20000; INSERT INTO word VALUES (2, $$two$$)');
  await writer.query('COMMIT');
  expect(await applied).toEqual(['2_index']);
  expect(await indexes(other)).toEqual([{ name: 'word_text', valid: true }]);
  expect(await apply([table, index])).toEqual([]);
});

it('makes an index anew that a run before left invalid, and takes one that it left whole', async () => {
  await apply([table]);
  const client = await connect();
  await client.query('INSERT INTO word VALUES (1, $$same$$), (2, $$same$$)');
  const unique = migration(
    '2_unique',
    '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS word_text ON word (text)',
  );
  await expect(apply([table, unique])).rejects.toThrow(/2_unique failed.*could not create unique index/s);
  expect(await indexes(client)).toEqual([{ name: 'word_text', valid: false }]);
  await client.query('DELETE FROM word WHERE id = 2');
  expect(await apply([table, unique])).toEqual(['2_unique']);
  expect(await indexes(client)).toEqual([{ name: 'word_text', valid: true }]);
  await client.query(`DELETE FROM _prisma_migrations WHERE migration_name = '2_unique'`);
  expect(await apply([table, unique])).toEqual(['2_unique']);
});

it('makes an index on each part of a partitioned table, goes on after a cut, and knows later parts', async () => {
  const parted = migration(
    '1_table',
    `CREATE TABLE word (id int, text text) PARTITION BY RANGE (id);
     CREATE TABLE word_p1 PARTITION OF word FOR VALUES FROM (0) TO (10);
     CREATE TABLE word_p2 PARTITION OF word FOR VALUES FROM (10) TO (20)`,
  );
  await apply([parted]);
  const client = await connect();
  await client.query('CREATE INDEX word_text ON ONLY word (text)');
  expect(await indexes(client)).toEqual([{ name: 'word_text', valid: false }]);
  expect(await apply([parted, index])).toEqual(['2_index']);
  await client.query('CREATE TABLE word_p3 PARTITION OF word FOR VALUES FROM (20) TO (30)');
  const made = await indexes(client);
  expect(made).toHaveLength(4);
  expect(made.filter(({ valid }) => !valid)).toEqual([]);
  const { rows } = await client.query(`SELECT 1 FROM pg_inherits WHERE inhparent = 'word_text'::regclass`);
  expect(rows).toHaveLength(3);
});

it('wants a statement outside of a transaction to be one that may run again', async () => {
  const once = migration('2_once', '-- no-transaction\nCREATE INDEX CONCURRENTLY word_text ON word (text)');
  await expect(apply([table, once])).rejects.toThrow('IF NOT EXISTS');
  const two = migration('2_two', `${index.sql}; CREATE TABLE other ()`);
  await expect(apply([table, two])).rejects.toThrow('cannot run inside a transaction block');
  expect(await apply([table])).toEqual([]);
});

const column = migration('2_column', 'ALTER TABLE word ADD COLUMN lang text');

it('tries again when somebody holds the table, and lets those behind it pass meanwhile', async () => {
  await apply([table]);
  const holder = await connect();
  await holder.query('BEGIN; SELECT * FROM word');
  const applied = apply([table, column], { lockMs: 50, lockPauseMs: 100, lockAttempts: 1_000 });
  const reader = await connect();
  for (let round = 0; round < 10; round++) {
    await reader.query('SET statement_timeout = 20000; SELECT * FROM word');
    await sleep(20);
  }
  await holder.query('COMMIT');
  expect(await applied).toEqual(['2_column']);
});

it('gives up after so many times, having changed nothing', async () => {
  await apply([table]);
  const holder = await connect();
  await holder.query('BEGIN; SELECT * FROM word');
  const refused = apply([table, column], { lockMs: 20, lockPauseMs: 5, lockAttempts: 3 });
  await expect(refused).rejects.toMatchObject({
    message: expect.stringMatching(/2_column failed and changed nothing.*lock timeout/),
  });
  await holder.query('COMMIT');
  expect(await apply([table, column])).toEqual(['2_column']);
});

it('has no limit in time, whatever the database says, and outwaits whoever migrates', async () => {
  const client = await connect();
  const name = client.escapeIdentifier(new URL(url).pathname.slice(1));
  for (const limit of ['statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout']) {
    await client.query(`ALTER DATABASE ${name} SET ${limit} = '200ms'`);
  }
  const slow = migration('1_slow', 'SELECT pg_sleep(0.5); CREATE TABLE slow ()');
  const both = await Promise.all([apply([slow]), apply([slow], { turnPauseMs: 50 })]);
  expect(both.flat()).toEqual(['1_slow']);
  await expect(apply([slow, table], { turnMs: 0 })).resolves.toEqual(['1_table']);
});

it('does not wait for another migration without end', async () => {
  const other = await connect();
  await other.query('SELECT pg_advisory_lock(72707369)');
  await expect(apply([table], { turnMs: 100, turnPauseMs: 20 })).rejects.toThrow('Another process migrates');
});
