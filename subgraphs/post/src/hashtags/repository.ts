import { pageStatements, pageValues } from '@murmuration/postgres';
import type { PostDatabase } from '@murmuration/prisma/post';
import type { PageRequest } from '@murmuration/service-kit/subgraph';
import { type ListedPost, postColumns } from '../posts/post.ts';

/**
 * The ids are found first: a join would read its way through all newer posts to those of a tag nobody uses any more.
 * Then each post is one look into the partition that its id names; the limit of one keeps the planner from
 * joining whole tables instead.
 */
export const taggedPosts = pageStatements(
  'tagged-posts',
  (direction) => `SELECT asked.ordinal, p.id AS key, ${postColumns.text}
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS asked (tag, low, high, ordinal)
    CROSS JOIN LATERAL (
      SELECT h.post_id FROM post_hashtag h
      WHERE h.tag = asked.tag AND h.post_id > asked.low AND h.post_id < asked.high
      ORDER BY h.post_id ${direction} LIMIT $4) tagged
    CROSS JOIN LATERAL (SELECT * FROM post WHERE post.id = tagged.post_id LIMIT 1) p
    ORDER BY asked.ordinal, p.id ${direction}`,
);

/** Pages of posts listed under several tags; only public ones that stand are listed. */
export function findTaggedPages(database: PostDatabase, request: PageRequest<string>): Promise<ListedPost[]> {
  return database.$reads.query(taggedPosts[request.direction], pageValues(request));
}
