import type { Page } from '@murmuration/ids';
import type { PostDatabase } from '@murmuration/prisma/post';
import { type PostRow, postColumns } from '../posts/post.ts';

const highest = (1n << 63n) - 1n;

/**
 * The ids are found first: a join would read its way through all newer posts to those of a tag nobody uses any more.
 * Then each post is one look into the partition that its id names; the limit of one keeps the planner from
 * joining whole tables instead.
 */
const statementOf = (direction: 'ASC' | 'DESC') =>
  ({
    name: `tagged-posts-${direction.toLowerCase()}`,
    text: `SELECT p.id AS key, ${postColumns.text} FROM (
        SELECT h.post_id FROM post_hashtag h
        WHERE h.tag = $1 AND h.post_id > $2 AND h.post_id < $3
        ORDER BY h.post_id ${direction} LIMIT $4) tagged
      CROSS JOIN LATERAL (SELECT * FROM post WHERE post.id = tagged.post_id LIMIT 1) p
      ORDER BY p.id ${direction}`,
  }) as const;

/** By direction of reading. */
export const taggedPosts = { forward: statementOf('DESC'), backward: statementOf('ASC') } as const;

/** Posts listed under a tag, newest first; only public ones that stand are listed. */
export function findTagged(
  database: PostDatabase,
  tag: string,
  page: Page,
): Promise<(PostRow & { key: bigint })[]> {
  const bounds = [page.before ?? -1n, page.after ?? highest];
  return database.$reads.query(taggedPosts[page.direction], [tag, ...bounds, page.limit]);
}
