import {
  makeScratchFolder,
  type PostgresServer,
  removeScratchFolder,
  startPostgres,
  startRedis,
} from '@murmuration/dev';
import { applyMigrations, everyDatabase, ensureDatabase } from '@murmuration/prisma';
import type { TestProject } from 'vitest/node';
import type { Servers } from './servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** By worker: the first one's servers first. */
    servers: Servers[];
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
 * Starts a Postgres and a Redis for every worker of the integration run and migrates a template of each database,
 * which `createTestDatabase` clones per test file.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folders: string[] = [];
  const tearDown = async () => {
    await Promise.all(folders.map(removeScratchFolder));
  };
  try {
    for (let count = project.config.maxWorkers; count > 0; count -= 1)
      folders.push(await makeScratchFolder());
    const started = await Promise.allSettled(folders.map(startServers));
    // Not before all are settled: what is still starting could not be ended.
    const servers = started.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    });
    project.provide('servers', servers);
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;
}

async function startServers(stateFolder: string): Promise<Servers> {
  const postgres = await startPostgres({ stateFolder, settings: unsafeButQuick });
  const redis = await startRedis({ stateFolder, databases: 4096 });
  await migrateTemplates(postgres);
  return { postgresUrl: postgres.url('postgres'), redisUrl: redis.url };
}

async function migrateTemplates(postgres: PostgresServer): Promise<void> {
  for (const database of everyDatabase) {
    const url = postgres.url(`template_${database}`);
    await ensureDatabase(url);
    await applyMigrations({ database, url });
  }
}
