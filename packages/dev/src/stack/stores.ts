import {
  applyMigrations,
  databaseNames,
  type DatabaseName,
  ensureDatabase,
  type PlatformDatabase,
} from '@murmuration/prisma';
import { type PostgresServer, startPostgres } from '../provision/postgres.ts';
import { type RedisServer, startRedis } from '../provision/redis.ts';
import type { ClusterTemplate } from '../provision/postgres-cluster.ts';
import type { Reporter } from '../report/reporter.ts';
import type { KeptPorts } from '../state/kept-ports.ts';

export type DatabaseUrls = Record<PlatformDatabase, string>;

export interface StoreOptions {
  stateFolder: string;
  ports: KeptPorts;
  report: Reporter;
  /** Databases that somebody else runs: nothing is provisioned. */
  databaseUrls?: DatabaseUrls | undefined;
  redisUrl?: string | undefined;
  postgresSettings?: Record<string, string> | undefined;
  /** What a Postgres that is started for the first time begins as. */
  template?: ClusterTemplate | undefined;
}

export interface Stores {
  databaseUrls: DatabaseUrls;
  redisUrl: string;
  /** The server we started; undefined when the databases were given. */
  postgres: PostgresServer | undefined;
  redis: RedisServer | undefined;
  stop: () => Promise<void>;
}

/** Starts Postgres and Redis, or takes the ones given. */
export async function openStores(options: StoreOptions): Promise<Stores> {
  const { stateFolder, ports, report } = options;
  const redis = options.redisUrl
    ? undefined
    : await report.step('Redis', () =>
        startRedis({
          stateFolder,
          port: ports.last('redis'),
          hasPassword: true,
          onProgress: report.note,
        }),
      );
  try {
    const postgres = options.databaseUrls
      ? undefined
      : await report.step('Postgres', () =>
          startPostgres({
            stateFolder,
            port: ports.last('postgres'),
            settings: options.postgresSettings ?? {},
            template: options.template,
          }),
        );
    if (redis) ports.keep('redis', redis.port);
    if (postgres) ports.keep('postgres', postgres.port);
    return {
      databaseUrls: options.databaseUrls ?? urlsOf(postgres),
      redisUrl: options.redisUrl ?? redis?.url ?? '',
      postgres,
      redis,
      stop: async () => {
        await Promise.all([redis?.stop(), postgres?.stop()]);
      },
    };
  } catch (error) {
    await redis?.stop();
    throw error;
  }
}

/** Makes the databases that are missing and brings each to the newest migration. */
export async function migrateAll(urls: DatabaseUrls): Promise<void> {
  await Promise.all(databaseNames.map((database) => migrate(database, urls[database])));
}

/** Makes a database unless it is there and brings it to the newest migration. */
export async function migrate(database: DatabaseName, url: string): Promise<void> {
  await ensureDatabase(url);
  await applyMigrations({ database, url });
}

/** The platform's databases on a server that was started here. */
export function urlsOf(postgres: PostgresServer | undefined): DatabaseUrls {
  const entries = databaseNames.map((database) => [database, postgres?.url(database)]);
  return Object.fromEntries(entries) as DatabaseUrls;
}
