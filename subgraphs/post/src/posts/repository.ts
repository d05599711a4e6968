import { idArray } from '@murmuration/postgres';
import type { PostDatabase } from '@murmuration/prisma/post';
import { type PostRow, postColumns } from './post.ts';

/** How often a post was answered. */
export interface PostCounts {
  likeCount: number;
  replyCount: number;
  repostCount: number;
  quoteCount: number;
}

/** What a post has become: how often it was answered, and by the viewer. */
export interface PostDetails extends PostCounts {
  /** Nothing for an anonymous reader. */
  viewerHasLiked: boolean;
  viewerHasReposted: boolean;
}

export type DetailedPost = PostRow & PostDetails;

/** No account has it. */
export const nobody = 0n;

/**
 * Columns and joins of {@link PostDetails} for the post `id`, read for a viewer. Base and deltas are
 * one statement: between two, a roll-up could move a delta and count it twice or never. The limits keep the
 * planner from joining whole tables where a page needs a few look-ups.
 */
export const detailColumns = `
  (coalesce(base.like_count, 0) + delta.likes)::int AS "likeCount",
  (coalesce(base.reply_count, 0) + delta.replies)::int AS "replyCount",
  (coalesce(base.repost_count, 0) + delta.reposts)::int AS "repostCount",
  (coalesce(base.quote_count, 0) + delta.quotes)::int AS "quoteCount",
  liked.yes IS NOT NULL AS "viewerHasLiked", reposted.yes IS NOT NULL AS "viewerHasReposted"`;
export const detailJoins = (id: string, viewer: string): string => `
  LEFT JOIN LATERAL (SELECT * FROM post_count c WHERE c.post_id = ${id} LIMIT 1) base ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(like_delta), 0) AS likes, coalesce(sum(reply_delta), 0) AS replies,
      coalesce(sum(repost_delta), 0) AS reposts, coalesce(sum(quote_delta), 0) AS quotes
    FROM post_count_delta d WHERE d.post_id = ${id}) delta
  LEFT JOIN LATERAL (SELECT true AS yes FROM post_like l
    WHERE l.user_id = ${viewer} AND l.post_id = ${id} AND l.active LIMIT 1) liked ON true
  LEFT JOIN LATERAL (SELECT true AS yes FROM repost r
    WHERE r.author_id = ${viewer} AND r.original_id = ${id} AND r.active LIMIT 1) reposted ON true`;

/** The lowest and highest id let the executor leave partitions alone. */
const detailedPosts = {
  name: 'detailed-posts',
  text: `SELECT ${postColumns.text}, ${detailColumns} FROM post p ${detailJoins('p.id', '$1')}
    WHERE p.id = ANY($2::bigint[]) AND p.id BETWEEN $3 AND $4`,
} as const;

const details = {
  name: 'post-details',
  text: `SELECT asked.id AS "postId", ${detailColumns}
    FROM unnest($2::bigint[]) AS asked (id) ${detailJoins('asked.id', '$1')}`,
} as const;

/** Posts by id in any order, tombstones included. */
export function findPosts(database: PostDatabase, ids: bigint[]): Promise<PostRow[]> {
  return database.$queryRaw<PostRow[]>`
    SELECT ${postColumns} FROM post p WHERE p.id = ANY(${ids}::bigint[])`;
}

/** Like {@link findPosts}, with what they have become: one statement for all that a page of posts shows. */
export function findDetailedPosts(
  database: PostDatabase,
  viewerId: bigint | null,
  ids: readonly bigint[],
): Promise<DetailedPost[]> {
  const [first = nobody] = ids;
  const lowest = ids.reduce((least, id) => (id < least ? id : least), first);
  const highest = ids.reduce((most, id) => (id > most ? id : most), first);
  return database.$reads.query(detailedPosts, [viewerId ?? nobody, idArray(ids), lowest, highest]);
}

/** What became of posts whose rows are known. */
export function findDetails(
  database: PostDatabase,
  viewerId: bigint | null,
  ids: readonly bigint[],
): Promise<(PostDetails & { postId: bigint })[]> {
  return database.$reads.query(details, [viewerId ?? nobody, idArray(ids)]);
}
