import type { UserDatabase } from '@murmuration/prisma/user';
import { eventsOf } from '../outbox-sql.ts';
import type { Change } from './change.ts';

export async function mute(database: UserDatabase, muterId: bigint, mutedId: bigint): Promise<Change> {
  const rows = await database.$queryRaw<unknown[]>`
    WITH changed AS (
      INSERT INTO mute AS m (muter_id, muted_id, active) VALUES (${muterId}, ${mutedId}, true)
      ON CONFLICT (muter_id, muted_id) DO UPDATE
        SET active = true, id = next_id(), version = m.version + 1 WHERE NOT m.active
      RETURNING m.*
    ), events AS (${eventsOf('mute')})
    SELECT version FROM changed`;
  // Who is muted must not come up once more, so this counts as taking sight away.
  return { hasChanged: rows.length > 0, takesSightAway: true };
}

export async function unmute(database: UserDatabase, muterId: bigint, mutedId: bigint): Promise<Change> {
  const rows = await database.$queryRaw<unknown[]>`
    WITH changed AS (
      UPDATE mute SET active = false, version = version + 1
      WHERE muter_id = ${muterId} AND muted_id = ${mutedId} AND active
      RETURNING *
    ), events AS (${eventsOf('mute')})
    SELECT version FROM changed`;
  return { hasChanged: rows.length > 0, takesSightAway: false };
}
