import { createSqlSnapshot, type OpenedFeed, serveFeed, type SnapshotProvider } from '@murmuration/events';
import type { HttpServer, Logger } from '@murmuration/service-kit';
import type pg from 'pg';
import {
  erasurePayload,
  isToldEnd,
  pollEndings,
  postPayload,
  reactionKeys,
  reactionPayloads,
  votePayload,
} from './payloads.ts';

/** What people said and how others took it, tombstones included. */
export function postSnapshots(pool: pg.Pool): SnapshotProvider[] {
  return [
    createSqlSnapshot({ pool, type: 'post.changed', table: 'post p', key: ['p.id'], payload: postPayload() }),
    createSqlSnapshot({
      pool,
      type: 'repost.changed',
      table: 'repost',
      key: reactionKeys.repost,
      payload: reactionPayloads.repost,
    }),
    createSqlSnapshot({
      pool,
      type: 'like.changed',
      table: 'post_like',
      key: reactionKeys.like,
      payload: reactionPayloads.like,
    }),
    createSqlSnapshot({
      pool,
      type: 'vote.changed',
      table: 'poll_vote v',
      key: ['post_id', 'voter_id'],
      where: `choices <> '{}'`,
      payload: votePayload(true),
    }),
    createSqlSnapshot({
      pool,
      type: 'poll.ended',
      table: 'poll_vote v',
      key: ['post_id', 'voter_id'],
      where: isToldEnd,
      payload: pollEndings,
    }),
    createSqlSnapshot({
      pool,
      type: 'erasure.finished',
      table: 'erasure',
      key: ['account_id'],
      where: 'finished_at IS NOT NULL',
      payload: erasurePayload,
    }),
  ];
}

/** The event feed of `post` and its snapshots, for the other subgraphs. @returns what ends its chores */
export function servePostFeed(app: HttpServer['app'], opened: OpenedFeed, logger: Logger): () => void {
  return serveFeed({ app, opened, logger, snapshots: postSnapshots });
}
