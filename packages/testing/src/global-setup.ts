import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type PostgresServer, startPostgres, startRedis } from '@murmuration/dev';
import { applyMigrations, databaseNames, ensureDatabase } from '@murmuration/prisma';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    redisUrl: string;
  }
}

/** Nothing here outlives the run, so nothing needs to reach the disk. */
const unsafeButQuick = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '400',
};

/**
 * Starts one Postgres and one Redis for the whole integration run and migrates a template of each database,
 * which `createTestDatabase` clones per test file.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stateFolder = mkdtempSync(path.join(tmpdir(), 'murmuration-test-'));
  const undo: (() => Promise<void>)[] = [];
  const tearDown = async () => {
    await Promise.all(undo.map((step) => step()));
    rmSync(stateFolder, { recursive: true, force: true });
  };
  try {
    const postgres = await startPostgres({ stateFolder, settings: unsafeButQuick });
    undo.push(postgres.remove);
    const redis = await startRedis({ stateFolder, databases: 4096 });
    undo.push(redis.stop);
    await migrateTemplates(postgres);
    project.provide('postgresUrl', postgres.url('postgres'));
    project.provide('redisUrl', redis.url);
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;
}

async function migrateTemplates(postgres: PostgresServer): Promise<void> {
  for (const database of databaseNames) {
    const url = postgres.url(`template_${database}`);
    await ensureDatabase(url);
    await applyMigrations({ database, url });
  }
}
