import type { UserDatabase } from '@murmuration/prisma/user';
import { eventsOf, followDeltas, hidingEventsOf } from '../outbox-sql.ts';
import { returningPlace, writtenAt } from '../written.ts';
import type { Change } from './change.ts';

/**
 * Blocks, and ends follows and requests both ways, in one transaction. The first statement makes sure that
 * both follow rows exist, the second locks them: a follow at the same moment either is seen here and
 * ended, or waits and then sees the block.
 */
export async function block(database: UserDatabase, blockerId: bigint, blockedId: bigint): Promise<Change> {
  const [low, high] = blockerId < blockedId ? [blockerId, blockedId] : [blockedId, blockerId];
  const [, [{ writtenAt: place }]] = await database.$transaction([
    database.$executeRaw`
      INSERT INTO follow (follower_id, followee_id, state)
      VALUES (${low}, ${high}, 'removed'), (${high}, ${low}, 'removed') ON CONFLICT DO NOTHING`,
    database.$queryRaw<[{ writtenAt: string | null }]>`
      WITH old AS (
        SELECT follower_id, followee_id, state FROM follow
        WHERE (follower_id = ${low} AND followee_id = ${high})
          OR (follower_id = ${high} AND followee_id = ${low})
        ORDER BY follower_id FOR UPDATE
      ), changed AS (
        UPDATE follow f SET state = 'removed', version = f.version + 1
        FROM old WHERE f.follower_id = old.follower_id AND f.followee_id = old.followee_id
          AND old.state <> 'removed'
        RETURNING f.*, CASE WHEN old.state = 'active' THEN -1 ELSE 0 END AS delta
      ), blocked AS (
        INSERT INTO block AS b (blocker_id, blocked_id, active)
        SELECT ${blockerId}::bigint, ${blockedId}::bigint, true FROM (SELECT count(*) FROM old) AS locked
        ON CONFLICT (blocker_id, blocked_id) DO UPDATE
          SET active = true, id = next_id(), version = b.version + 1 WHERE NOT b.active
        RETURNING b.*
      ), follow_events AS (${hidingEventsOf('follow')} ${returningPlace}), counted AS (${followDeltas}),
        block_events AS (${eventsOf('block', 'blocked')} ${returningPlace}),
        events AS (SELECT xid, id FROM follow_events UNION ALL SELECT xid, id FROM block_events)
      SELECT ${writtenAt} AS "writtenAt"`,
  ]);
  return { writtenAt: place, takesSightAway: true };
}

/** Takes a block back. Follows that it ended stay ended. */
export async function unblock(database: UserDatabase, blockerId: bigint, blockedId: bigint): Promise<Change> {
  const [row] = await database.$queryRaw<[{ writtenAt: string | null }]>`
    WITH changed AS (
      UPDATE block SET active = false, version = version + 1
      WHERE blocker_id = ${blockerId} AND blocked_id = ${blockedId} AND active
      RETURNING *
    ), events AS (${eventsOf('block')} ${returningPlace})
    SELECT ${writtenAt} AS "writtenAt"`;
  return { writtenAt: row.writtenAt, takesSightAway: false };
}
