import { type ConsumerOptions, createFeedSource } from '@murmuration/events';
import type { InternalClient, Logger } from '@murmuration/service-kit';
import type pg from 'pg';
import { noteErasures } from '../erasure/told.ts';
import { type FeedName, feedNames, feeds } from '../feeds.ts';
import { beginRebuilding, endRebuilding } from '../log/head.ts';
import { applyChanges, sweepProjection } from './apply.ts';

export interface IngestOptions {
  pool: pg.Pool;
  databaseUrl: string;
  producers: Record<FeedName, Pick<InternalClient, 'call'>>;
  logger: Logger;
  bigFollowers: number;
  /** Called after each commit, with the log's head. */
  onCommitted(head: bigint): void;
}

/** How the projection consumes a feed. The first time, it reads the whole state. */
export function consumerOf(feed: FeedName, options: IngestOptions): ConsumerOptions<bigint> {
  const { pool, databaseUrl, producers, logger, bigFollowers, onCommitted } = options;
  const types = [...feeds[feed], 'erasure.finished'] as const;
  const beside = feedNames.filter((name) => name !== feed);
  return {
    feed,
    source: createFeedSource(producers[feed]),
    beside: beside.map((other) => ({ feed: other, source: createFeedSource(producers[other]) })),
    pool,
    connection: { connectionString: databaseUrl, application_name: `timeline-${feed}-lead` },
    types,
    aggregates: types.map((type) => type.slice(0, type.indexOf('.'))),
    async apply(client, changes, source) {
      const head = await applyChanges(client, changes, source, bigFollowers);
      await noteErasures(client, feed, changes);
      return head;
    },
    sweep: (client, sweep) => sweepProjection(client, sweep, bigFollowers),
    onBackfillBegins: beginRebuilding,
    onBackfillEnds: endRebuilding,
    afterCommit: onCommitted,
    logger,
  };
}
