import type { PostDatabase } from '@murmuration/prisma/post';
import { type PostRow, postColumns } from './post.ts';

export interface PostCounts {
  postId: bigint;
  likeCount: bigint;
  replyCount: bigint;
  repostCount: bigint;
  quoteCount: bigint;
}

/** Posts by id in any order, tombstones included. */
export function findPosts(database: PostDatabase, ids: bigint[]): Promise<PostRow[]> {
  return database.$queryRaw<PostRow[]>`
    SELECT ${postColumns} FROM post p WHERE p.id = ANY(${ids}::bigint[])`;
}

/** Base and deltas in one statement: between two, a roll-up could move a delta and count it twice or never. */
export function findCounts(database: PostDatabase, ids: bigint[]): Promise<PostCounts[]> {
  return database.$queryRaw<PostCounts[]>`
    SELECT asked.id AS "postId",
      coalesce(base.like_count, 0) + delta.likes AS "likeCount",
      coalesce(base.reply_count, 0) + delta.replies AS "replyCount",
      coalesce(base.repost_count, 0) + delta.reposts AS "repostCount",
      coalesce(base.quote_count, 0) + delta.quotes AS "quoteCount"
    FROM unnest(${ids}::bigint[]) AS asked (id)
    LEFT JOIN post_count base ON base.post_id = asked.id
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(like_delta), 0)::bigint AS likes, coalesce(sum(reply_delta), 0)::bigint AS replies,
        coalesce(sum(repost_delta), 0)::bigint AS reposts, coalesce(sum(quote_delta), 0)::bigint AS quotes
      FROM post_count_delta WHERE post_id = asked.id) delta`;
}
