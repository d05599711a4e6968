import type { PostDatabase } from '@murmuration/prisma/post';
import type { PagedRow, PageRequest } from '../posts/page-loader.ts';
import { postColumns } from '../posts/post.ts';
import { ruleBits } from './rule.ts';

export interface AuthorCount {
  authorId: bigint;
  postCount: bigint;
}

/**
 * Pages of several authors' posts, each as far as its rule goes. What is hidden is left out here and not
 * after reading, so that pages are full.
 */
export function findAuthorPages(
  database: PostDatabase,
  viewerId: bigint | null,
  { owners, rules, lows, highs, direction, limit }: PageRequest,
): Promise<PagedRow[]> {
  return database.$queryRaw<PagedRow[]>`
    SELECT asked.ordinal, found.*
    FROM unnest(${owners}::bigint[], ${rules}::int[], ${lows}::bigint[], ${highs}::bigint[])
      WITH ORDINALITY AS asked (author_id, rule, low, high, ordinal)
    CROSS JOIN LATERAL (
      SELECT ${postColumns} FROM post p
      WHERE p.author_id = asked.author_id AND p.id > asked.low AND p.id < asked.high
        AND p.deleted_at IS NULL
        AND (asked.rule & CASE p.visibility WHEN 'public' THEN ${ruleBits.public}::int
              WHEN 'followers' THEN ${ruleBits.followers}::int ELSE ${ruleBits.mentioned}::int END <> 0
          OR asked.rule & ${ruleBits.whereMentioned}::int <> 0 AND ${viewerId}::bigint = ANY(p.mentioned_ids))
      ORDER BY p.id ${direction} LIMIT ${limit}) found
    ORDER BY asked.ordinal, found.id ${direction}`;
}

/** Base and deltas in one statement, as for posts. */
export function findAuthorCounts(database: PostDatabase, authorIds: bigint[]): Promise<AuthorCount[]> {
  return database.$queryRaw<AuthorCount[]>`
    SELECT asked.id AS "authorId", coalesce(base.post_count, 0) + delta.posts AS "postCount"
    FROM unnest(${authorIds}::bigint[]) AS asked (id)
    LEFT JOIN author_count base ON base.author_id = asked.id
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(post_delta), 0)::bigint AS posts
      FROM author_count_delta WHERE author_id = asked.id) delta`;
}
