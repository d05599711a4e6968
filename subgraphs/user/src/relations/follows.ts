import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { eventsOf, followDeltas, hidingEventsOf } from '../outbox-sql.ts';
import { returningPlace, writtenAt } from '../written.ts';
import type { Change } from './change.ts';

export type FollowState = 'active' | 'requested' | 'removed';

/** A change that the limit of followees may have kept from happening. */
export interface LimitedChange extends Change {
  /** False: the follower follows as many as one may, and nothing changed. */
  hasRoom: boolean;
}

interface Pair {
  followerId: bigint;
  followeeId: bigint;
}

/** A CTE that takes the follower's turn before any row is locked. */
function room({ followerId, followeeId }: Pair, maxFollowing: number): Prisma.Sql {
  return Prisma.sql`room AS MATERIALIZED (
      SELECT has_room_to_follow(${followerId}, ${followeeId}, ${maxFollowing}::integer) AS is_left)`;
}

/**
 * Follows, or asks to when the account is private. A request becomes a follow when it is made again after
 * the account became public. The functions in it read with a snapshot of their own, after the row lock was
 * won: a follow and a block at once never both hold.
 */
export async function follow(
  database: UserDatabase,
  pair: Pair,
  maxFollowing: number,
): Promise<LimitedChange> {
  const { followerId, followeeId } = pair;
  const [row] = await database.$queryRaw<[{ writtenAt: string | null; hasRoom: boolean }]>`
    WITH ${room(pair, maxFollowing)}, changed AS (
      INSERT INTO follow AS f (follower_id, followee_id, state)
      SELECT ${followerId}::bigint, ${followeeId}::bigint, state_of_new_follow(${followeeId})
      FROM room WHERE is_left AND NOT is_blocked_between(${followerId}, ${followeeId})
      ON CONFLICT (follower_id, followee_id) DO UPDATE
        SET state = state_of_new_follow(f.followee_id), id = next_id(), version = f.version + 1
        WHERE f.state <> 'active' AND f.state <> state_of_new_follow(f.followee_id)
          AND NOT is_blocked_between(f.follower_id, f.followee_id)
      RETURNING f.*, CASE WHEN f.state = 'active' THEN 1 ELSE 0 END AS delta
    ), events AS (${eventsOf('follow')} ${returningPlace}), counted AS (${followDeltas})
    SELECT ${writtenAt} AS "writtenAt", (SELECT is_left FROM room) AS "hasRoom"`;
  return { ...row, takesSightAway: false };
}

/** Makes a request to follow a follow; when there is none nothing happens. */
export async function acceptRequest(
  database: UserDatabase,
  pair: Pair,
  maxFollowing: number,
): Promise<LimitedChange & { isAsked: boolean }> {
  const [row] = await database.$queryRaw<[{ writtenAt: string | null; hasRoom: boolean; isAsked: boolean }]>`
    WITH ${room(pair, maxFollowing)}, asked AS (
      SELECT FROM follow WHERE follower_id = ${pair.followerId} AND followee_id = ${pair.followeeId}
        AND state = 'requested'
    ), changed AS (
      UPDATE follow f SET state = 'active', id = next_id(), version = f.version + 1 FROM room
      WHERE room.is_left AND f.follower_id = ${pair.followerId} AND f.followee_id = ${pair.followeeId}
        AND f.state = 'requested'
      RETURNING f.*, 1 AS delta
    ), events AS (${eventsOf('follow')} ${returningPlace}), counted AS (${followDeltas})
    SELECT ${writtenAt} AS "writtenAt", (SELECT is_left FROM room) AS "hasRoom",
      EXISTS (SELECT FROM asked) AS "isAsked"`;
  return { ...row, takesSightAway: false };
}

/** Ends a follow that is in one of the given states; in any other nothing happens. */
export async function endFollow(
  database: UserDatabase,
  pair: Pair,
  from: readonly FollowState[],
): Promise<Change> {
  const [row] = await database.$queryRaw<{ delta: number; writtenAt: string }[]>`
    WITH old AS (
      SELECT follower_id, followee_id, state FROM follow
      WHERE follower_id = ${pair.followerId} AND followee_id = ${pair.followeeId} FOR UPDATE
    ), changed AS (
      UPDATE follow f SET state = 'removed', version = f.version + 1
      FROM old WHERE f.follower_id = old.follower_id AND f.followee_id = old.followee_id
        AND old.state = ANY (${[...from]}::text[])
      RETURNING f.*, CASE WHEN old.state = 'active' THEN -1 ELSE 0 END AS delta
    ), events AS (${hidingEventsOf('follow')} ${returningPlace}), counted AS (${followDeltas})
    SELECT delta, ${writtenAt} AS "writtenAt" FROM changed`;
  if (row) return { writtenAt: row.writtenAt, takesSightAway: row.delta < 0 };
  return { writtenAt: null, takesSightAway: from.includes('active') };
}
