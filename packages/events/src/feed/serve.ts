import { type HttpServer, type Logger, type RedisCache, watchChore } from '@murmuration/service-kit';
import { watchDatabase } from '@murmuration/service-kit/subgraph';
import pg from 'pg';
import { retireOutboxPartitions } from '../retention/retire.ts';
import { createFeed, type Feed } from './feed.ts';
import { beginAtZero } from './begin-at-zero.ts';
import { registerFeedRoutes } from './routes.ts';
import type { SnapshotProvider } from './snapshots.ts';

export const servedFeedLimits = {
  connections: 4,
  statementMs: 10_000,
  retireEveryMs: 600_000,
} as const;

/** A database's outbox, as this process reads it. */
export interface OpenedFeed {
  feed: Feed;
  pool: pg.Pool;
  /** After all that reads it, the server that it is served on included. */
  close(): Promise<void>;
}

export function openFeed(options: {
  name: string;
  /** The primary, and never through a transaction pooler. */
  databaseUrl: string;
  redis: RedisCache;
  logger: Logger;
}): OpenedFeed {
  const { databaseUrl, logger, name, redis } = options;
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: servedFeedLimits.connections,
    statement_timeout: servedFeedLimits.statementMs,
    application_name: `${name}-feed`,
  });
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle connection of the feed broke'));
  // One that is lent while the server says goodbye has no listener for a moment, and would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const feed = createFeed({ pool, name, logger, redis });
  watchDatabase(name, pool);
  return {
    feed,
    pool,
    async close() {
      feed.close();
      await pool.end();
    },
  };
}

/**
 * Serves a feed and snapshots on a subgraph's server, and drops what nobody needs any more.
 * @returns what ends the dropping
 */
export function serveFeed(options: {
  app: HttpServer['app'];
  opened: OpenedFeed;
  logger: Logger;
  snapshots(pool: pg.Pool): SnapshotProvider[];
}): () => void {
  const { app, logger, opened } = options;
  const { feed, pool } = opened;
  registerFeedRoutes(app, feed, options.snapshots(pool));
  beginAtZero(feed.name);
  const retired = watchChore('retire outbox');
  const retire = setInterval(() => {
    retireOutboxPartitions({ pool, feed: feed.name, logger })
      .then(retired)
      .catch((error: unknown) => logger.warn({ err: error }, 'could not retire partitions of the outbox'));
  }, servedFeedLimits.retireEveryMs);
  retire.unref();
  return () => clearInterval(retire);
}
