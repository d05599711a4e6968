import type { Sql } from '../database/pool.ts';

/** Following again changes nothing. @returns whether it is followed: not beyond the limit */
export async function followList(
  sql: Sql,
  followerId: bigint,
  listId: bigint,
  most: number,
): Promise<boolean> {
  const { rows } = await sql.query<{ isFollowed: boolean }>({
    name: 'list-follow',
    text: `WITH known AS (SELECT FROM list_follow WHERE follower_id = $1 AND list_id = $2),
      added AS (
        INSERT INTO list_follow (follower_id, list_id) SELECT $1::bigint, $2::bigint
        WHERE (SELECT count(*) FROM list_follow f JOIN list l ON l.id = f.list_id AND l.deleted_at IS NULL
          WHERE f.follower_id = $1) < $3
        ON CONFLICT DO NOTHING RETURNING list_id)
      SELECT EXISTS (SELECT FROM known) OR EXISTS (SELECT FROM added) AS "isFollowed"`,
    values: [followerId, listId, most],
  });
  return rows[0]?.isFollowed ?? false;
}

/** Of a list that is not there, or not for them, any more, too. */
export async function unfollowList(sql: Sql, followerId: bigint, listId: bigint): Promise<void> {
  await sql.query({
    name: 'list-unfollow',
    text: 'DELETE FROM list_follow WHERE follower_id = $1 AND list_id = $2',
    values: [followerId, listId],
  });
}
