import {
  makeScratchFolder,
  type PostgresServer,
  removeScratchFolder,
  startPostgres,
  startRedis,
} from '@murmuration/dev';
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
  const stateFolder = await makeScratchFolder();
  const tearDown = () => removeScratchFolder(stateFolder);
  try {
    const postgres = await startPostgres({ stateFolder, settings: unsafeButQuick });
    const redis = await startRedis({ stateFolder, databases: 4096 });
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
