import { createLogger } from '@murmuration/service-kit';
import type pg from 'pg';
import { createSqlSnapshot, type Feed, type FeedSource } from '../../src/index.ts';

export const silent = createLogger('events-test', 'silent');

const payload = `jsonb_build_object('followerId', follower_id::text, 'followeeId', followee_id::text,
  'followId', id::text, 'state', state)`;

export function followSnapshot(pool: pg.Pool) {
  return createSqlSnapshot({
    pool,
    type: 'follow.changed',
    table: 'follow f',
    key: ['follower_id', 'followee_id'],
    payload,
  });
}

/** The feed without HTTP between. */
export function sourceOf(pool: pg.Pool, feed: Feed): FeedSource {
  const snapshot = followSnapshot(pool);
  return {
    read: (request) => feed.read({ ...request, reader: 'test' }),
    head: () => feed.head(),
    page: (_aggregate, after, limit) => snapshot.page(after, limit),
    one: (_aggregate, aggregateId) => snapshot.one(aggregateId),
  };
}
