import type { ChunkPlace } from '../belonging/recipients.ts';
import type { Sql } from '../database/pool.ts';
import type { TimelineLimits } from '../limits.ts';

/**
 * How an author stands, by two columns of `account`: `big_seq` says that readers pull what they write, `big_at` that it
 * is not pushed any more (from a while after that moment on) and that no list made anew holds it.
 *
 * | `big_seq` | `big_at` | |
 * | --- | --- | --- |
 * | null | null | small: pushed |
 * | set | set | big: pulled |
 * | set | null | becoming small: pushed, and pulled as well |
 *
 * An author becomes small again in this order: their posts are pushed, and put into lists that are made anew, again;
 * then the epochs of all their followers move, so that every list that may lack some is made anew; then they are not
 * pulled any more. A read sees epoch and `big_seq` in one snapshot, so whoever does not pull believes no list of before.
 */
export interface ShrinkingAuthor {
  id: bigint;
  /** Another one when the author became big again meanwhile. */
  bigSeq: bigint;
}

type ShrinkLimits = Pick<
  TimelineLimits,
  'bigFollowers' | 'bigKeepShare' | 'bigLeastMs' | 'chunkFollowers' | 'shrinkingAtOnce'
>;

/**
 * Begins with authors who have been big for a while and have clearly fewer followers by now, and takes up those whom a
 * worker began with and did not end. Two workers may do the same: that costs work and changes nothing.
 */
export async function beginShrinking(sql: Sql, limits: ShrinkLimits): Promise<ShrinkingAuthor[]> {
  const fewer = Math.floor(limits.bigFollowers * limits.bigKeepShare);
  await sql.query(
    `UPDATE account SET big_at = NULL WHERE id IN (
       SELECT id FROM account WHERE big_seq IS NOT NULL AND big_at < clock_timestamp() - $2 * interval '1 millisecond'
         AND follower_count <= $1 ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)`,
    [fewer, limits.bigLeastMs, limits.shrinkingAtOnce],
  );
  const { rows } = await sql.query<ShrinkingAuthor>(
    `SELECT id, big_seq AS "bigSeq" FROM account WHERE big_seq IS NOT NULL AND big_at IS NULL ORDER BY id LIMIT $1`,
    [limits.shrinkingAtOnce],
  );
  return rows;
}

/** Where the followers of an author begin, in the order in which their epochs move. */
export const firstFollower: ChunkPlace = { afterBucket: -1, afterFollowerId: 0n };

/**
 * Moves the epochs of an author's next followers: their lists are not believed any more.
 * @returns the place after them; null at the end
 */
export async function moveNextFollowers(
  sql: Sql,
  { id }: ShrinkingAuthor,
  { afterBucket, afterFollowerId }: ChunkPlace,
  { chunkFollowers }: ShrinkLimits,
): Promise<ChunkPlace | null> {
  const { rows } = await sql.query<ChunkPlace>(
    `WITH chunk AS (
       SELECT bucket, follower_id FROM follow WHERE active AND followee_id = $1
         AND (followee_id, bucket, follower_id) > ($1, $2::smallint, $3::bigint)
       ORDER BY followee_id, bucket, follower_id LIMIT $4),
     -- In one order, so that two who move the same epochs do not wait for each other.
     locked AS (SELECT id FROM reader WHERE id IN (SELECT follower_id FROM chunk) ORDER BY id FOR UPDATE),
     moved AS (UPDATE reader r SET epoch = r.epoch + 1 FROM locked l WHERE r.id = l.id)
     SELECT bucket AS "afterBucket", follower_id AS "afterFollowerId" FROM chunk ORDER BY bucket, follower_id`,
    [id, afterBucket, afterFollowerId, chunkFollowers],
  );
  return rows.length === chunkFollowers ? (rows.at(-1) ?? null) : null;
}

/** Ends it, unless the author became big again meanwhile. Call it once all followers have moved. */
export async function endShrinking(sql: Sql, { id, bigSeq }: ShrinkingAuthor): Promise<boolean> {
  const { rowCount } = await sql.query(
    'UPDATE account SET big_seq = NULL WHERE id = $1 AND big_seq = $2 AND big_at IS NULL',
    [id, bigSeq],
  );
  return rowCount === 1;
}
