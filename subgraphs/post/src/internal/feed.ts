import { createSqlSnapshot, type ServedFeed, serveFeed, type SnapshotProvider } from '@murmuration/events';
import type { HttpServer, Logger, RedisCache } from '@murmuration/service-kit';
import type pg from 'pg';

/** Equal to the events' payloads; a test holds them so. */
const postPayload = `jsonb_build_object('postId', p.id::text, 'authorId', p.author_id::text, 'text', p.text,
  'replyToId', p.reply_to_id::text, 'replyToAuthorId', p.reply_to_author_id::text, 'rootId', p.root_id::text,
  'quotedId', p.quoted_id::text,
  'quotedAuthorId', (SELECT q.author_id::text FROM post q WHERE q.id = p.quoted_id),
  'visibility', p.visibility, 'mentionedIds', to_jsonb(p.mentioned_ids::text[]),
  'isDeleted', p.deleted_at IS NOT NULL)`;

const authorOf = (post: string) => `(SELECT p.author_id::text FROM post p WHERE p.id = ${post})`;

const repostPayload = `jsonb_build_object('repostId', r.id::text, 'authorId', r.author_id::text,
  'originalId', r.original_id::text, 'originalAuthorId', ${authorOf('r.original_id')}, 'active', r.active)`;

const likePayload = `jsonb_build_object('userId', l.user_id::text, 'postId', l.post_id::text,
  'postAuthorId', ${authorOf('l.post_id')}, 'active', l.active)`;

/** What people said and how others took it, tombstones included. */
export function postSnapshots(pool: pg.Pool): SnapshotProvider[] {
  return [
    createSqlSnapshot({
      pool,
      type: 'post.changed',
      table: 'post p',
      key: ['p.id'],
      payload: postPayload,
    }),
    createSqlSnapshot({
      pool,
      type: 'repost.changed',
      table: 'repost r',
      key: ['r.author_id', 'r.original_id'],
      payload: repostPayload,
    }),
    createSqlSnapshot({
      pool,
      type: 'like.changed',
      table: 'post_like l',
      key: ['l.post_id', 'l.user_id'],
      id: ['l.user_id', 'l.post_id'],
      payload: likePayload,
    }),
  ];
}

/** The event feed of `post` and its snapshots, for the other subgraphs. */
export function servePostFeed(
  app: HttpServer['app'],
  options: { databaseUrl: string; redis: RedisCache; logger: Logger },
): ServedFeed {
  return serveFeed({ app, name: 'post', ...options, snapshots: postSnapshots });
}
