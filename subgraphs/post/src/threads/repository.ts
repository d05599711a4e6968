import { idAt } from '@murmuration/ids';
import { pageStatements, pageValues } from '@murmuration/postgres';
import type { PostDatabase } from '@murmuration/prisma/post';
import type { PageRequest } from '@murmuration/service-kit/subgraph';
import { type ListedPost, postColumns } from '../posts/post.ts';

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

const columns = { reply: 'p.reply_to_id', quote: 'p.quoted_id' } as const;

const pagesOf = (kind: keyof typeof columns) =>
  pageStatements(
    `${kind}-pages`,
    (direction) => `SELECT asked.ordinal, found.*
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
      WITH ORDINALITY AS asked (parent_id, low, high, ordinal)
    CROSS JOIN LATERAL (
      SELECT p.id AS key, ${postColumns.text} FROM post p
      WHERE ${columns[kind]} = asked.parent_id AND p.id > greatest(asked.low, asked.parent_id - ${clockSlack})
        AND p.id < asked.high AND p.deleted_at IS NULL
      ORDER BY p.id ${direction} LIMIT $4) found
    ORDER BY asked.ordinal, found.id ${direction}`,
  );

const responsePages = { reply: pagesOf('reply'), quote: pagesOf('quote') };

/**
 * Pages of the direct replies to several posts, or of what quotes them. Either is newer than what it is about, give or
 * take what a clock may be wrong by, so that older partitions are not looked at.
 */
export function findResponsePages(
  database: PostDatabase,
  kind: keyof typeof responsePages,
  request: PageRequest,
): Promise<ListedPost[]> {
  return database.$reads.query(responsePages[kind][request.direction], pageValues(request));
}
