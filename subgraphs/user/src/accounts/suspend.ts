import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { eventsOf } from '../outbox-sql.ts';

/** @returns whether it was otherwise before */
export async function setSuspended(
  database: UserDatabase,
  id: UserId,
  isSuspended: boolean,
): Promise<boolean> {
  const changed = await database.$queryRaw<unknown[]>`
    WITH changed AS (
      UPDATE account SET version = version + 1,
        suspended_at = CASE WHEN ${isSuspended}::boolean THEN clock_timestamp() END
      WHERE id = ${id} AND (suspended_at IS NOT NULL) <> ${isSuspended}::boolean
      RETURNING *
    ), events AS (${eventsOf('account')})
    SELECT id FROM changed`;
  return changed.length > 0;
}
