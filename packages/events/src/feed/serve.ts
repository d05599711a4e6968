import {
  type HttpServer,
  type Logger,
  type RedisCache,
  watchChore,
  watchDatabase,
} from '@murmuration/service-kit';
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

export interface ServedFeed {
  feed: Feed;
  /** After the server is closed, for it answers from here. */
  close(): Promise<void>;
}

/** Serves a database's outbox and snapshots on a subgraph's server, and drops what nobody needs any more. */
export function serveFeed(options: {
  app: HttpServer['app'];
  name: string;
  /** The primary, and never through a transaction pooler. */
  databaseUrl: string;
  redis: RedisCache;
  logger: Logger;
  snapshots(pool: pg.Pool): SnapshotProvider[];
}): ServedFeed {
  const { logger, name } = options;
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: servedFeedLimits.connections,
    statement_timeout: servedFeedLimits.statementMs,
    application_name: `${name}-feed`,
  });
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle connection of the feed broke'));
  const feed = createFeed({ pool, name, logger, redis: options.redis });
  registerFeedRoutes(options.app, feed, options.snapshots(pool));
  beginAtZero(name);
  watchDatabase(name, pool);
  const retired = watchChore('retire outbox');
  const retire = setInterval(() => {
    retireOutboxPartitions({ pool, feed: name, logger })
      .then(retired)
      .catch((error: unknown) => logger.warn({ err: error }, 'could not retire partitions of the outbox'));
  }, servedFeedLimits.retireEveryMs);
  retire.unref();
  return {
    feed,
    async close() {
      clearInterval(retire);
      feed.close();
      await pool.end();
    },
  };
}
