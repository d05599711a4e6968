import type { InternalKey } from '@murmuration/config';
import { createRelationships } from '@murmuration/relationships';
import type { InternalClient, Logger, RedisCache } from '@murmuration/service-kit';
import type pg from 'pg';
import type { Reads } from './database/pool.ts';
import { createHomeCache } from './home/cache/cache.ts';
import { createRebuilds } from './home/cache/rebuild.ts';
import { createCandidateSource } from './home/candidate-source.ts';
import { createCursorWatch } from './home/cursor-watch.ts';
import { homeRebuilds } from './home/metrics.ts';
import { createHomePipeline } from './home/pipeline.ts';
import { createPushedTo } from './home/pushed-to.ts';
import { createPositionWait } from './home/read-your-writes.ts';
import { createHomeService, type HomeService } from './home/service.ts';
import { type TimelineLimits, timelineLimits } from './limits.ts';
import { createAuthorSights } from './live/author-sights.ts';
import { createLiveCursors } from './live/cursor.ts';
import { createHub } from './live/hub.ts';
import { readLogHead } from './live/log-event.ts';
import { createReplay } from './live/replayer.ts';
import { createRouter } from './live/router.ts';
import { createStreams, type OpenStream } from './live/stream.ts';
import { followLog, type Tail } from './live/tail.ts';

export interface ServiceOptions {
  /** Leads to the primary. */
  pool: pg.Pool;
  /** Leads to the primary, too. */
  reads: Reads;
  redis: RedisCache;
  user: Pick<InternalClient, 'call'>;
  keys: readonly [InternalKey, ...InternalKey[]];
  logger: Logger;
  limits?: TimelineLimits;
}

export interface Services {
  home: HomeService;
  streams: OpenStream;
}

/** What resolvers call. It follows the log from now on, until it is stopped. */
export async function startServices(options: ServiceOptions): Promise<Services & { stop(): Promise<void> }> {
  const { pool: sql, reads, redis, keys, logger, limits = timelineLimits } = options;
  const cache = createHomeCache(redis, limits);
  const onOutcome = (outcome: string) => homeRebuilds.labels(outcome).inc();
  const rebuild = createRebuilds({ cache, sql, limits, onOutcome });
  const relationships = createRelationships(options);
  const pushed = createPushedTo(reads);
  const ids = createCandidateSource({ sql: reads, cache, pushed, rebuild, relationships, logger, limits });
  const pipeline = createHomePipeline({ sql: reads, ids, relationships });
  const cursors = createLiveCursors(keys);
  const watch = createCursorWatch({ sql, logger, limits });

  const sights = createAuthorSights({ redis, relationships });
  const start = await readLogHead(sql);
  const route = createRouter({ sql, sights });
  const hub = createHub({ sql, start, route, replay: createReplay({ sql, pipeline, sights }), logger });
  const tail: Tail = await followLog({ sql, redis, logger, start, listener: hub, onHeard: watch.wake });
  return {
    home: createHomeService({ sql, pipeline, cursors, reached: createPositionWait({ keys, watch }) }),
    streams: createStreams({ sql, hub, cursors, pipeline }),
    async stop() {
      watch.stop();
      await tail.stop();
    },
  };
}
