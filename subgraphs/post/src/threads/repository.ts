import { idAt } from '@murmuration/ids';
import type { PostDatabase } from '@murmuration/prisma/post';
import type { PagedRow, PageRequest } from '../posts/page-loader.ts';
import { postColumns } from '../posts/post.ts';

export const threadLimits = { ancestors: 100, clockErrorMs: 24 * 3_600_000 } as const;

/** How far apart ids are that were made that long apart. */
const clockSlack = idAt(threadLimits.clockErrorMs) - idAt(0);

/** What a post answers, the nearest first. */
export interface Ancestry {
  postId: bigint;
  ancestorIds: bigint[];
}

/** The ancestors of several posts in one statement; tombstones keep the chain whole. */
export function findAncestry(database: PostDatabase, postIds: bigint[]): Promise<Ancestry[]> {
  return database.$queryRaw<Ancestry[]>`
    WITH RECURSIVE up (post_id, ancestor_id, depth) AS (
      SELECT id, reply_to_id, 1 FROM post WHERE id = ANY(${postIds}::bigint[]) AND reply_to_id IS NOT NULL
      UNION ALL
      SELECT up.post_id, parent.reply_to_id, up.depth + 1 FROM up JOIN post parent ON parent.id = up.ancestor_id
      WHERE parent.reply_to_id IS NOT NULL AND up.depth < ${threadLimits.ancestors}::int)
    SELECT post_id AS "postId", array_agg(ancestor_id ORDER BY depth) AS "ancestorIds"
    FROM up GROUP BY post_id`;
}

/**
 * Pages of the direct replies to several posts. A reply is newer than what it answers, give or take what a
 * clock may be wrong by, so that older partitions are not looked at.
 */
export function findReplyPages(
  database: PostDatabase,
  { owners, lows, highs, direction, limit }: PageRequest,
): Promise<PagedRow[]> {
  return database.$queryRaw<PagedRow[]>`
    SELECT asked.ordinal, found.*
    FROM unnest(${owners}::bigint[], ${lows}::bigint[], ${highs}::bigint[])
      WITH ORDINALITY AS asked (parent_id, low, high, ordinal)
    CROSS JOIN LATERAL (
      SELECT ${postColumns} FROM post p
      WHERE p.reply_to_id = asked.parent_id AND p.id > greatest(asked.low, asked.parent_id - ${clockSlack}::bigint) AND p.id < asked.high
        AND p.deleted_at IS NULL
      ORDER BY p.id ${direction} LIMIT ${limit}) found
    ORDER BY asked.ordinal, found.id ${direction}`;
}
