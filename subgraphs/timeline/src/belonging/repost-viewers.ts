import type { Sql } from '../database/pool.ts';
import { timelineLimits } from '../limits.ts';
import { isFirstRepostSql } from './first-repost.ts';

const statement = {
  name: 'live-first-repost',
  text: `SELECT v.id FROM unnest($2::bigint[]) v(id), repost_ref r
    WHERE r.id = $1 AND r.active AND ${isFirstRepostSql('home', 'v.id')}`,
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

/** Whether anybody reposted any of some posts. */
export async function isAnyReposted(sql: Sql, postIds: readonly bigint[]): Promise<boolean> {
  if (postIds.length === 0) return false;
  const { rowCount } = await sql.query({
    name: 'live-is-reposted',
    text: 'SELECT FROM repost_ref WHERE original_id = ANY($1::bigint[]) AND active LIMIT 1',
    values: [postIds],
  });
  return rowCount === 1;
}

/** Whether anybody reposted anything of an author's. */
export async function isAuthorReposted(sql: Sql, authorId: bigint): Promise<boolean> {
  const { rowCount } = await sql.query({
    name: 'live-is-author-reposted',
    text: 'SELECT FROM repost_ref WHERE original_author_id = $1 AND active LIMIT 1',
    values: [authorId],
  });
  return rowCount === 1;
}

/** Selects who made the newest reposts of an author's posts: older ones are on nobody's screen. Both arguments are SQL. */
export function repostersSql(author: string, most: string): string {
  return `SELECT r.author_id FROM repost_ref r WHERE r.original_author_id = ${author} AND r.active
    ORDER BY r.id DESC LIMIT ${most}`;
}

/** Of some viewers those who follow somebody who reposted something of an author's lately. */
export async function viewersOfRepostsOf(
  sql: Sql,
  authorId: bigint,
  viewerIds: readonly bigint[],
): Promise<Set<bigint>> {
  return followersAmong(sql, viewersOfAuthor, authorId, viewerIds);
}

/** Of some viewers those who follow somebody who reposted a post. */
export async function viewersOfReposts(
  sql: Sql,
  postId: bigint,
  viewerIds: readonly bigint[],
): Promise<Set<bigint>> {
  return followersAmong(sql, viewersOfPost, postId, viewerIds);
}

const followersOf = (name: string, reposters: string) => ({
  name,
  text: `SELECT DISTINCT f.follower_id AS id
    FROM (${reposters}) r JOIN follow f ON f.followee_id = r.author_id AND f.active
    WHERE f.follower_id = ANY($2::bigint[])`,
});
const viewersOfPost = followersOf(
  'live-viewers-of-reposts',
  'SELECT author_id FROM repost_ref WHERE original_id = $1 AND active',
);
const viewersOfAuthor = followersOf(
  'live-viewers-of-reposts-of',
  repostersSql('$1', String(timelineLimits.repostsOfHidden)),
);

async function followersAmong(
  sql: Sql,
  statement: ReturnType<typeof followersOf>,
  of: bigint,
  viewerIds: readonly bigint[],
): Promise<Set<bigint>> {
  if (viewerIds.length === 0) return new Set();
  const { rows } = await sql.query<{ id: bigint }>({ ...statement, values: [of, viewerIds] });
  return new Set(rows.map(({ id }) => id));
}
