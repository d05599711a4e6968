import type { Sql } from '../database/pool.ts';
import { isFirstRepostSql } from '../home/first-repost.ts';

const statement = {
  name: 'live-first-repost',
  text: `SELECT v.id FROM unnest($2::bigint[]) v(id), repost_ref r
    WHERE r.id = $1 AND r.active AND ${isFirstRepostSql('v.id')}`,
} as const;

/** Of some viewers those for whom a repost is the first of its original. */
export async function firstRepostFor(
  sql: Sql,
  repostId: bigint,
  viewerIds: readonly bigint[],
): Promise<Set<bigint>> {
  if (viewerIds.length === 0) return new Set();
  const { rows } = await sql.query<{ id: bigint }>({ ...statement, values: [repostId, viewerIds] });
  return new Set(rows.map(({ id }) => id));
}

/** Of some viewers those who follow somebody who reposted a post. */
export async function viewersOfReposts(
  sql: Sql,
  postId: bigint,
  viewerIds: readonly bigint[],
): Promise<Set<bigint>> {
  if (viewerIds.length === 0) return new Set();
  const { rows } = await sql.query<{ id: bigint }>({
    name: 'live-viewers-of-reposts',
    text: `SELECT DISTINCT f.follower_id AS id
      FROM repost_ref r JOIN follow f ON f.followee_id = r.author_id AND f.active
      WHERE r.original_id = $1 AND r.active AND f.follower_id = ANY($2::bigint[])`,
    values: [postId, viewerIds],
  });
  return new Set(rows.map(({ id }) => id));
}
