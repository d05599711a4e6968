import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyMigrations, ensureDatabase } from '../src/index.ts';
import { readMigrations } from '../src/migrations.ts';
import { servers } from './servers.ts';

const partitionsSql = `
SELECT c.relname AS name, b.bound[1] AS starts, b.bound[2] AS ends FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid,
  LATERAL (SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''?(\\d+)''?\\) TO \\(''?(\\d+)') AS bound) b
WHERE i.inhparent = 'outbox'::regclass ORDER BY b.bound[1]::bigint`;

describe.each(['user', 'post'] as const)('the outbox of %s that was cut by months', (database) => {
  const url = new URL(servers().postgresUrl);
  url.pathname = `/outbox_days_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: url.href });
  const partitions = async () =>
    (await client.query<{ name: string; starts: string; ends: string }>(partitionsSql)).rows;
  const write = (at: string) =>
    client.query(
      `INSERT INTO outbox (id, aggregatetype, aggregateid, version, type, payload) VALUES (id_at(${at}), 'a', '1', 1, 't', '{}')`,
    );
  let before: { name: string }[];

  beforeAll(async () => {
    await ensureDatabase(url.href);
    await client.connect();
    const [init] = await readMigrations(database);
    await client.query(init?.sql ?? '');
    await write(`now() - interval '1 month'`);
    await write('now()');
    before = await partitions();
  });
  afterAll(() => client.end());

  it('keeps the months that hold something, and has days without a gap a month ahead', async () => {
    const { rows: events } = await client.query('SELECT * FROM outbox ORDER BY id');
    await applyAfterInit(client, database, url.href);
    expect((await client.query('SELECT * FROM outbox ORDER BY id')).rows).toEqual(events);
    const after = await partitions();
    const months = after.filter(({ name }) => /_p\d{6}$/.test(name)).map(({ name }) => name);
    expect(months).toEqual(before.slice(0, 2).map(({ name }) => name));
    const days = after.filter(({ name }) => /_p\d{8}$/.test(name));
    expect(after).toHaveLength(months.length + days.length);
    for (const [index, { starts }] of after.entries()) {
      if (index > 0) expect(starts).toBe(after[index - 1]?.ends);
    }
    for (const day of [0, 1, 20, 32]) await write(`now() + interval '${day} days 1 second'`);
    await expect(write(`now() + interval '40 days'`)).rejects.toThrow('no partition');
  });

  it('has the keys and indexes of the others in each day', async () => {
    const { rows } = await client.query<{ indexes: string; days: string }>(
      `SELECT count(*) AS indexes, (SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox'::regclass) AS days
       FROM pg_inherits WHERE inhparent IN ('outbox_pkey'::regclass, 'outbox_xid_id_idx'::regclass)`,
    );
    expect(Number(rows[0]?.indexes)).toBe(2 * Number(rows[0]?.days));
  });

  it('goes on when a process of before asks for months, and makes nothing twice', async () => {
    const made = await client.query(`SELECT ensure_id_partitions('outbox', now(), 4) AS made`);
    expect(made.rows).toEqual([{ made: 0 }]);
    const ahead = await client.query(
      `SELECT ensure_day_partitions('outbox', now() + interval '1 day', 33) AS made`,
    );
    expect(ahead.rows[0].made).toBeLessThanOrEqual(1);
  });

  it('keeps nobody from writing while days are made', async () => {
    const other = new pg.Client({ connectionString: url.href });
    await other.connect();
    await client.query('BEGIN');
    await client.query(`SELECT ensure_day_partitions('outbox', now() + interval '60 days', 2)`);
    await other.query(`SET lock_timeout = '10s'`);
    await other.query(
      `INSERT INTO outbox (aggregatetype, aggregateid, version, type, payload) VALUES ('a', '1', 1, 't', '{}')`,
    );
    await client.query('COMMIT');
    await other.end();
  });
});

/** Everything but the first migration, which has been run by hand. */
async function applyAfterInit(client: pg.Client, database: 'user' | 'post', url: string): Promise<void> {
  const [init] = await readMigrations(database);
  await client.query(`CREATE TABLE _prisma_migrations (
    id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
    migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`);
  await client.query(
    'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ($1, $2, $3, now())',
    ['init', init?.checksum, init?.name],
  );
  await applyMigrations({ database, url });
}
