import type { Reads } from '../database/pool.ts';
import type { Range } from './range.ts';

/**
 * The entries that may be in a reader's timeline, straight from the tables: the newest (or oldest) `$4` of
 * each author, then of all. `authors` are the people whose entries are wanted, and `isFollowed` says of a
 * person whether the reader, `$1`, follows them.
 */
export function candidatesSql(
  order: Range['order'],
  authors: string,
  isFollowed: (person: string) => string = isInFollowed,
): string {
  const direction = order === 'newest' ? 'DESC' : 'ASC';
  return `SELECT c.id FROM (
    SELECT p.id FROM (${authors}) a CROSS JOIN LATERAL (
      SELECT p.id FROM post_ref p
      WHERE p.author_id = a.id AND NOT p.is_deleted AND p.id > $2 AND p.id < $3
        AND (p.reply_to_author_id IS NULL OR a.id = $1 OR p.reply_to_author_id = $1
          OR ${isFollowed('p.reply_to_author_id')})
      ORDER BY p.id ${direction} LIMIT $4) p
    UNION ALL
    SELECT r.id FROM (${authors}) a CROSS JOIN LATERAL (
      SELECT r.id FROM repost_ref r
      WHERE a.id <> $1 AND r.author_id = a.id AND r.active AND r.id > $2 AND r.id < $3
        AND r.original_author_id <> $1 AND NOT ${isFollowed('r.original_author_id')}
      ORDER BY r.id ${direction} LIMIT $4) r
  ) c ORDER BY c.id ${direction} LIMIT $4`;
}

/** Begins a statement that looks at everybody the reader follows. */
export const followedSql = `followed AS MATERIALIZED (
  SELECT f.followee_id AS id, a.big_seq IS NOT NULL AS is_big
  FROM follow f LEFT JOIN account a ON a.id = f.followee_id
  WHERE f.follower_id = $1 AND f.active)`;

function isInFollowed(person: string): string {
  return `${person} IN (SELECT id FROM followed)`;
}

/** For statements that look at few people. */
export function isFollowedSql(person: string): string {
  return `EXISTS (SELECT FROM follow f WHERE f.follower_id = $1 AND f.followee_id = ${person} AND f.active)`;
}

const everyone = 'SELECT id FROM followed UNION ALL SELECT $1::bigint';

const statements = {
  newest: {
    name: 'home-candidates-newest',
    text: `WITH ${followedSql} ${candidatesSql('newest', everyone)}`,
  },
  oldest: {
    name: 'home-candidates-oldest',
    text: `WITH ${followedSql} ${candidatesSql('oldest', everyone)}`,
  },
} as const;

/** Entries of a range without any cache: the road below the cached floor, and while Redis is away. */
export async function selectCandidates(
  sql: Reads,
  readerId: bigint,
  range: Range,
  count: number,
): Promise<bigint[]> {
  const { rows } = await sql.query<{ id: bigint }>({
    ...statements[range.order],
    values: [readerId, range.low, range.high, count],
  });
  return rows.map(({ id }) => id);
}
