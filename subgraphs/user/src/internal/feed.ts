import { createSqlSnapshot, type OpenedFeed, serveFeed, type SnapshotProvider } from '@murmuration/events';
import type { HttpServer, Logger } from '@murmuration/service-kit';
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
    createSqlSnapshot({
      pool,
      type: 'erasure.finished',
      table: 'erasure',
      key: ['account_id'],
      payload: payloadSql.erasure,
    }),
  ];
}

/** The event feed of `user` and its snapshots, for the other subgraphs. @returns what ends its chores */
export function serveUserFeed(app: HttpServer['app'], opened: OpenedFeed, logger: Logger): () => void {
  return serveFeed({ app, opened, logger, snapshots: userSnapshots });
}
