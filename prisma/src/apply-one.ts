import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { makeConcurrently, readConcurrentIndex } from './concurrent-index.ts';
import { withLockRetries } from './lock-retries.ts';
import type { MigrationLimits } from './migration-limits.ts';
import { isOutsideTransaction, type Migration } from './migrations.ts';

/**
 * Applies one migration and keeps that it was: in one transaction, or, where its file asks for it, outside of one.
 * @throws when it failed, saying what is left of it
 */
export async function applyOne(
  client: pg.Client,
  migration: Migration,
  limits: MigrationLimits,
): Promise<void> {
  const isOutside = isOutsideTransaction(migration);
  try {
    await (isOutside ? applyOutside : applyInside)(client, migration, limits);
  } catch (error) {
    const left = isOutside ? 'what it began is undone or gone on with by the next run' : 'changed nothing';
    throw new Error(`Migration ${migration.name} failed and ${left}: ${String(error)}`, { cause: error });
  }
}

function applyInside(client: pg.Client, migration: Migration, limits: MigrationLimits): Promise<void> {
  return withLockRetries(async () => {
    await client.query('BEGIN');
    try {
      await client.query(`SET LOCAL lock_timeout = ${limits.lockMs}`);
      await client.query(migration.sql);
      await keep(client, migration);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  }, limits);
}

async function applyOutside(client: pg.Client, migration: Migration, limits: MigrationLimits): Promise<void> {
  const statement = migration.sql.replace(/^--.*$/gm, '').trim();
  const index = readConcurrentIndex(statement);
  if (index && !index.isRepeatable) {
    throw new Error('CREATE INDEX CONCURRENTLY must say IF NOT EXISTS: it may be run again');
  }
  if (index) {
    await makeConcurrently(client, index, limits);
  } else {
    await client.query(`SET lock_timeout = ${limits.outsideLockMs}`);
    await client.query(statement);
  }
  await keep(client, migration);
}

async function keep(client: pg.Client, migration: Migration): Promise<void> {
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, clock_timestamp(), 1)`,
    [randomUUID(), migration.checksum, migration.name],
  );
}
