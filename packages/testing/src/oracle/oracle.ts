import type pg from 'pg';

export { type Key, loadTruth, readTruth, type Truth } from './truth.ts';

export interface OracleEntry {
  /** The post's or the repost's id. */
  id: bigint;
  postId: bigint;
  repostedById: bigint | null;
}

/** Whom reader `$1` follows, whom they do not want to meet, and what they may see. */
const sight = `WITH followed AS (
  SELECT followee_id AS id FROM truth_follow WHERE follower_id = $1
), unwanted AS (
  SELECT blocked_id AS id FROM truth_block WHERE blocker_id = $1
  UNION SELECT blocker_id FROM truth_block WHERE blocked_id = $1
  UNION SELECT muted_id FROM truth_mute WHERE muter_id = $1
  UNION SELECT id FROM truth_account WHERE is_suspended AND id <> $1
), seen AS (
  SELECT p.* FROM truth_post p JOIN truth_account author ON author.id = p.author_id
  WHERE p.author_id = $1
    OR (p.author_id NOT IN (SELECT id FROM unwanted)
      AND ($1 = ANY(p.mentioned_ids)
        OR (p.visibility <> 'mentioned' AND p.author_id IN (SELECT id FROM followed))
        OR (p.visibility = 'public' AND NOT author.is_private)))
)`;

/**
 * What belongs in the home timeline of reader `$1`, newest first: the definition, written to be read and not
 * to be fast. It knows nothing of projections, caches or events; every timeline test compares with it.
 */
export const homeTimelineOracle = `
${sight}, entries AS (
  SELECT id, id AS post_id, NULL::bigint AS reposted_by_id FROM seen
  WHERE author_id = $1
    OR (author_id IN (SELECT id FROM followed)
      AND (reply_to_author_id IS NULL OR reply_to_author_id = $1
        OR reply_to_author_id IN (SELECT id FROM followed)))
  UNION ALL
  (SELECT DISTINCT ON (r.original_id) r.id, r.original_id, r.author_id
   FROM truth_repost r JOIN seen original ON original.id = r.original_id
   WHERE r.author_id IN (SELECT id FROM followed) AND r.author_id NOT IN (SELECT id FROM unwanted)
     AND original.author_id <> $1 AND original.author_id NOT IN (SELECT id FROM followed)
   ORDER BY r.original_id, r.id)
)
SELECT id::text, post_id::text, reposted_by_id::text FROM entries ORDER BY entries.id DESC`;

/**
 * What belongs in a list of the people `$2`, made by `$3`, for reader `$1`, newest first. Whom a block parts from its owner is left
 * out; a repost is seen by whom a public post of whoever made it is.
 */
export const listTimelineOracle = `
${sight}, member AS (
  SELECT id FROM unnest($2::bigint[]) AS m (id)
  WHERE NOT EXISTS (SELECT FROM truth_block WHERE (blocker_id, blocked_id) IN ((id, $3), ($3, id)))
), bringer AS (
  SELECT m.id FROM member m JOIN truth_account a ON a.id = m.id
  WHERE m.id NOT IN (SELECT id FROM unwanted)
    AND (NOT a.is_private OR m.id = $1 OR m.id IN (SELECT id FROM followed))
), entries AS (
  SELECT id, id AS post_id, NULL::bigint AS reposted_by_id FROM seen
  WHERE author_id IN (SELECT id FROM member)
    AND (reply_to_author_id IS NULL OR reply_to_author_id IN (SELECT id FROM member))
  UNION ALL
  (SELECT DISTINCT ON (r.original_id) r.id, r.original_id, r.author_id
   FROM truth_repost r JOIN seen original ON original.id = r.original_id
   WHERE r.author_id IN (SELECT id FROM bringer) AND original.author_id NOT IN (SELECT id FROM member)
   ORDER BY r.original_id, r.id)
)
SELECT id::text, post_id::text, reposted_by_id::text FROM entries ORDER BY entries.id DESC`;

/** The whole home timeline of a reader by the truth that {@link loadTruth} put into this connection. */
export async function homeByOracle(client: pg.ClientBase, readerId: bigint): Promise<OracleEntry[]> {
  return entriesOf(client, homeTimelineOracle, [readerId]);
}

/** A list that somebody made. */
export interface ListTruth {
  ownerId: bigint;
  memberIds: readonly bigint[];
}

/** A whole list as a reader sees it, nobody who is known where it is null; by the truth of this connection. */
export async function listByOracle(
  client: pg.ClientBase,
  { memberIds, ownerId }: ListTruth,
  readerId: bigint | null,
): Promise<OracleEntry[]> {
  return entriesOf(client, listTimelineOracle, [readerId ?? 0n, `{${memberIds.join()}}`, ownerId]);
}

async function entriesOf(
  client: pg.ClientBase,
  oracle: string,
  values: readonly (bigint | string)[],
): Promise<OracleEntry[]> {
  const { rows } = await client.query<{ id: string; post_id: string; reposted_by_id: string | null }>(
    oracle,
    values.map(String),
  );
  return rows.map((row) => ({
    id: BigInt(row.id),
    postId: BigInt(row.post_id),
    repostedById: row.reposted_by_id === null ? null : BigInt(row.reposted_by_id),
  }));
}
