import { type ConsumerOptions, createFeedSource, type EventType } from '@murmuration/events';
import type { InternalClient, Logger } from '@murmuration/service-kit';
import type pg from 'pg';
import { applyChanges } from './apply.ts';

/** What the projection keeps of each feed, in the order in which a backfill reads it. */
const feeds = {
  user: ['account.changed', 'block.changed', 'mute.changed', 'follow.changed'],
  post: ['post.changed', 'repost.changed'],
} as const satisfies Record<string, readonly EventType[]>;

export type FeedName = keyof typeof feeds;
export const feedNames = Object.keys(feeds) as FeedName[];

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
  const types = feeds[feed];
  return {
    feed,
    source: createFeedSource(producers[feed]),
    pool,
    connection: { connectionString: databaseUrl, application_name: `timeline-${feed}-lead` },
    types,
    aggregates: types.map((type) => type.slice(0, type.indexOf('.'))),
    apply: (client, changes, source) => applyChanges(client, changes, source, bigFollowers),
    afterCommit: onCommitted,
    logger,
  };
}
