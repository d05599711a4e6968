import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { applyOne } from './apply-one.ts';
import type { DatabaseName } from './databases.ts';
import { type MigrationLimits, migrationLimits } from './migration-limits.ts';
import { type Migration, readMigrations } from './migrations.ts';

/** Advisory lock that `prisma migrate deploy` takes too, so that the two never run at once. */
const migrationLock = 72_707_369;
const oldestServer = 170_000;
/** None of its own: whatever the role, the database or the server say. */
const timeLimits = ['statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout'];

const migrationsTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
  migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`;

/**
 * Creates the database that `url` names unless it exists.
 * @returns whether it was created
 */
export async function ensureDatabase(url: string): Promise<boolean> {
  const target = new URL(url);
  const name = decodeURIComponent(target.pathname.slice(1));
  target.pathname = '/postgres';
  const client = new pg.Client({ connectionString: target.href });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount) return false;
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
    return true;
  } finally {
    await client.end();
  }
}

/**
 * Applies what is missing of a database's migrations, in the table and with the checksums of
 * `prisma migrate deploy`: each in a transaction of its own, or outside of one where its file says
 * `-- no-transaction`. Safe to run from many processes at once.
 * @param options.migrations instead of those of the database's folder
 * @returns the names of the migrations applied by this call
 * @throws when the server is older than 17, an applied migration was edited, or one failed
 */
export async function applyMigrations(options: {
  database: DatabaseName;
  url: string;
  migrations?: readonly Migration[];
  limits?: Partial<MigrationLimits>;
}): Promise<string[]> {
  const limits = { ...migrationLimits, ...options.limits };
  const migrations = options.migrations ?? (await readMigrations(options.database));
  const client = new pg.Client({
    connectionString: options.url,
    options: timeLimits.map((name) => `-c ${name}=0`).join(' '),
  });
  await client.connect();
  try {
    await refuseOldServer(client);
    await takeTurn(client, limits);
    await client.query(migrationsTable);
    const applied: string[] = [];
    const known = await readApplied(client);
    for (const migration of migrations) {
      const checksum = known.get(migration.name);
      if (checksum === undefined) {
        await applyOne(client, migration, limits);
        applied.push(migration.name);
      } else if (checksum !== migration.checksum) {
        throw new Error(
          `Migration ${options.database}/${migration.name} was edited after it was applied. Restore it and write a new one.`,
        );
      }
    }
    return applied;
  } finally {
    await client.end();
  }
}

/**
 * Asks for the lock instead of waiting in SQL for it: the open statement of one who waits is what an index that
 * is made concurrently waits for.
 */
async function takeTurn(client: pg.Client, limits: MigrationLimits): Promise<void> {
  const deadline = performance.now() + limits.turnMs;
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [
      migrationLock,
    ]);
    if (rows[0]?.mine) return;
    if (performance.now() > deadline)
      throw new Error('Another process migrates this database and does not end');
    await sleep(limits.turnPauseMs);
  }
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    `SELECT current_setting('server_version_num') AS version`,
  );
  const version = Number(rows[0]?.version);
  if (version < oldestServer) {
    throw new Error(`Postgres ${Math.floor(version / 10_000)} is too old: Murmuration needs 17 or newer.`);
  }
}

async function readApplied(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}
