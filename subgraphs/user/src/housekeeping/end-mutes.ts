import type { UserDatabase } from '@murmuration/prisma/user';
import { eventsOf } from '../outbox-sql.ts';

export const endMutesLimits = {
  /** Mutes that one statement ends, so that it locks none for long. */
  atOnce: 500,
  /** Statements in one run; what is left is for the next. */
  statements: 20,
} as const;

/**
 * Ends the mutes whose time has come, each with its event, as if the person had taken it back: whoever consumes mutes needs
 * no clock. Any number of processes may do it side by side. Cached relations run out by themselves.
 * @returns how many were ended
 */
export async function endMutes(
  database: UserDatabase,
  { atOnce, statements }: { atOnce: number; statements: number } = endMutesLimits,
): Promise<number> {
  let ended = 0;
  for (let statement = 0; statement < statements; statement++) {
    const [row] = await database.$queryRaw<[{ count: number }]>`
      WITH over AS (
        SELECT muter_id, muted_id FROM mute WHERE active AND until <= now()
        ORDER BY until LIMIT ${atOnce}::integer FOR UPDATE SKIP LOCKED
      ), changed AS (
        UPDATE mute m SET active = false, until = NULL, version = m.version + 1
        FROM over WHERE (m.muter_id, m.muted_id) = (over.muter_id, over.muted_id)
        RETURNING m.*
      ), events AS (${eventsOf('mute')})
      SELECT count(*)::integer AS count FROM changed`;
    ended += row.count;
    if (row.count < atOnce) break;
  }
  return ended;
}
