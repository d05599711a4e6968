import { randomBytes } from 'node:crypto';
import type { DatabaseName } from '@murmuration/prisma';
import pg from 'pg';
import { servers } from './servers.ts';

export interface TestDatabase {
  url: string;
  drop: () => Promise<void>;
}

/** Ten milliseconds each: who has not gone by then does not mean to. */
const mostLooks = 300;

/**
 * A database of the caller's own, empty and migrated: a clone of the template made by the global set-up. Copied as
 * files, which where nothing is synced takes half the time of writing it through the log, and the drop a third.
 */
export async function createTestDatabase(database: DatabaseName): Promise<TestDatabase> {
  const server = servers().postgresUrl;
  const name = `${database}_${randomBytes(6).toString('hex')}`;
  await execute(server, `CREATE DATABASE ${name} TEMPLATE template_${database} STRATEGY file_copy`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      // A pool has ended before its connections are gone, and one that is cut off then throws where nobody listens.
      await execute(
        server,
        `DO $$ BEGIN FOR attempt IN 1..${mostLooks} LOOP
        PERFORM pg_stat_clear_snapshot();
        EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '${name}');
        PERFORM pg_sleep(0.01);
      END LOOP; END $$`,
      );
      await execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function execute(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
