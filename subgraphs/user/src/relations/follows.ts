import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { eventsOf, followDeltas } from '../outbox-sql.ts';
import { returningPlace, writtenAt } from '../written.ts';
import type { Change } from './change.ts';

export type FollowState = 'active' | 'requested' | 'removed';

/**
 * Follows, or asks to when the account is private. A request becomes a follow when it is made again after
 * the account became public. The functions in it read with a snapshot of their own, after the row lock was
 * won: a follow and a block at once never both hold.
 */
export async function follow(
  database: UserDatabase,
  followerId: bigint,
  followeeId: bigint,
): Promise<Change> {
  const [row] = await database.$queryRaw<[{ writtenAt: string | null }]>`
    WITH changed AS (
      INSERT INTO follow AS f (follower_id, followee_id, state)
      SELECT ${followerId}::bigint, ${followeeId}::bigint, state_of_new_follow(${followeeId})
      WHERE NOT is_blocked_between(${followerId}, ${followeeId})
      ON CONFLICT (follower_id, followee_id) DO UPDATE
        SET state = state_of_new_follow(f.followee_id), id = next_id(), version = f.version + 1
        WHERE f.state <> 'active' AND f.state <> state_of_new_follow(f.followee_id)
          AND NOT is_blocked_between(f.follower_id, f.followee_id)
      RETURNING f.*, CASE WHEN f.state = 'active' THEN 1 ELSE 0 END AS delta
    ), events AS (${eventsOf('follow')} ${returningPlace}), counted AS (${followDeltas})
    SELECT ${writtenAt} AS "writtenAt"`;
  return { writtenAt: row.writtenAt, takesSightAway: false };
}

/** Moves a follow from one of the given states to another; from any other state nothing happens. */
export async function moveFollow(
  database: Pick<UserDatabase, '$queryRaw'>,
  pair: { followerId: bigint; followeeId: bigint },
  from: readonly FollowState[],
  to: FollowState,
): Promise<Change> {
  const key = to === 'active' ? Prisma.sql`next_id()` : Prisma.sql`f.id`;
  const [row] = await database.$queryRaw<{ delta: number; writtenAt: string }[]>`
    WITH old AS (
      SELECT follower_id, followee_id, state FROM follow
      WHERE follower_id = ${pair.followerId} AND followee_id = ${pair.followeeId} FOR UPDATE
    ), changed AS (
      UPDATE follow f SET state = ${to}, id = ${key}, version = f.version + 1
      FROM old WHERE f.follower_id = old.follower_id AND f.followee_id = old.followee_id
        AND old.state = ANY (${[...from]}::text[])
      RETURNING f.*, (CASE WHEN f.state = 'active' THEN 1 ELSE 0 END)
        - (CASE WHEN old.state = 'active' THEN 1 ELSE 0 END) AS delta
    ), events AS (${eventsOf('follow')} ${returningPlace}), counted AS (${followDeltas})
    SELECT delta, ${writtenAt} AS "writtenAt" FROM changed`;
  if (row) return { writtenAt: row.writtenAt, takesSightAway: row.delta < 0 };
  return { writtenAt: null, takesSightAway: to === 'removed' && from.includes('active') };
}
