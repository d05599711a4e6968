import type { UserDatabase } from '@murmuration/prisma/user';
import { eventsOf } from '../outbox-sql.ts';
import { returningPlace, writtenAt } from '../written.ts';
import type { Change } from './change.ts';

/** @param until when it ends by itself; null: never. Muting again with another end moves the end. */
export async function mute(
  database: UserDatabase,
  muterId: bigint,
  mutedId: bigint,
  until: Date | null,
): Promise<Change> {
  const [row] = await database.$queryRaw<[{ writtenAt: string | null }]>`
    WITH changed AS (
      INSERT INTO mute AS m (muter_id, muted_id, active, until) VALUES (${muterId}, ${mutedId}, true, ${until})
      ON CONFLICT (muter_id, muted_id) DO UPDATE
        SET active = true, id = CASE WHEN m.active THEN m.id ELSE next_id() END, until = excluded.until,
          version = m.version + 1
        WHERE NOT m.active OR m.until IS DISTINCT FROM excluded.until
      RETURNING m.*
    ), events AS (${eventsOf('mute')} ${returningPlace})
    SELECT ${writtenAt} AS "writtenAt"`;
  // Who is muted must not come up once more, so this counts as taking sight away.
  return { writtenAt: row.writtenAt, takesSightAway: true };
}

export async function unmute(database: UserDatabase, muterId: bigint, mutedId: bigint): Promise<Change> {
  const [row] = await database.$queryRaw<[{ writtenAt: string | null }]>`
    WITH changed AS (
      UPDATE mute SET active = false, until = NULL, version = version + 1
      WHERE muter_id = ${muterId} AND muted_id = ${mutedId} AND active
      RETURNING *
    ), events AS (${eventsOf('mute')} ${returningPlace})
    SELECT ${writtenAt} AS "writtenAt"`;
  return { writtenAt: row.writtenAt, takesSightAway: false };
}
