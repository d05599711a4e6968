import { createSqlSnapshot, type ServedFeed, serveFeed, type SnapshotProvider } from '@murmuration/events';
import type { HttpServer, Logger, RedisCache } from '@murmuration/service-kit';
import type pg from 'pg';
import { payloadSql } from '../outbox-sql.ts';

/** What there is to know about people and their relations, tombstones included. */
export function userSnapshots(pool: pg.Pool): SnapshotProvider[] {
  return [
    createSqlSnapshot({
      pool,
      type: 'account.changed',
      table: 'account',
      key: ['id'],
      payload: payloadSql.account,
    }),
    createSqlSnapshot({
      pool,
      type: 'follow.changed',
      table: 'follow',
      key: ['follower_id', 'followee_id'],
      payload: payloadSql.follow,
    }),
    createSqlSnapshot({
      pool,
      type: 'block.changed',
      table: 'block',
      key: ['blocker_id', 'blocked_id'],
      payload: payloadSql.block,
    }),
    createSqlSnapshot({
      pool,
      type: 'mute.changed',
      table: 'mute',
      key: ['muter_id', 'muted_id'],
      payload: payloadSql.mute,
    }),
  ];
}

/** The event feed of `user` and its snapshots, for the other subgraphs. */
export function serveUserFeed(
  app: HttpServer['app'],
  options: { databaseUrl: string; redis: RedisCache; logger: Logger },
): ServedFeed {
  return serveFeed({ app, name: 'user', ...options, snapshots: userSnapshots });
}
