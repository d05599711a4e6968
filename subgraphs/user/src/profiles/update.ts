import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { skeletonOf } from '../accounts/handle.ts';
import type { ProfileChange } from '../accounts/validation.ts';
import { eventsOf } from '../outbox-sql.ts';
import { returningPlace, writtenAt } from '../written.ts';

/**
 * Changes what is given and differs, with its event, in one statement.
 * @returns null when nothing differed
 * @throws Prisma's unique violation when the handle is taken
 */
export async function updateAccount(
  database: UserDatabase,
  id: UserId,
  change: ProfileChange,
): Promise<{ becamePrivate: boolean; writtenAt: string } | null> {
  const handle = change.handle ?? null;
  const handleKey = handle === null ? null : skeletonOf(handle);
  const [row] = await database.$queryRaw<{ becamePrivate: boolean; writtenAt: string }[]>`
    WITH old AS (
      SELECT id, handle, display_name, bio, is_private,
        coalesce(${handle}::text, handle) AS new_handle, coalesce(${handleKey}::text, handle_key) AS new_key,
        coalesce(${change.displayName ?? null}::text, display_name) AS new_name,
        coalesce(${change.bio ?? null}::text, bio) AS new_bio,
        coalesce(${change.isPrivate ?? null}::boolean, is_private) AS new_private
      FROM account WHERE id = ${id} FOR NO KEY UPDATE
    ), changed AS (
      UPDATE account a SET handle = new_handle, handle_key = new_key, display_name = new_name, bio = new_bio,
        is_private = new_private, version = version + 1
      FROM old WHERE a.id = old.id AND (old.handle, old.display_name, old.bio, old.is_private)
        IS DISTINCT FROM (new_handle, new_name, new_bio, new_private)
      RETURNING a.*, a.is_private AND NOT old.is_private AS became_private
    ), events AS (${eventsOf('account')} ${returningPlace})
    SELECT became_private AS "becamePrivate", ${writtenAt} AS "writtenAt" FROM changed`;
  return row ?? null;
}

/**
 * How many events within the last while say that an account is private: when more than a change's own, somebody made
 * it so, or left it so, not long before.
 */
export async function countPrivateEvents(
  database: UserDatabase,
  id: UserId,
  withinMs: number,
): Promise<number> {
  // By the outbox's primary key, which has the time in it: seconds of events, not all of them. By now(), for an index
  // cannot look for what clock_timestamp() says anew for each row.
  const [row] = await database.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM outbox
    WHERE id >= id_at(now() - ${withinMs} * interval '1 millisecond') AND id < id_at(now() + interval '1 hour')
      AND aggregatetype = 'account' AND aggregateid = ${id}::text AND (payload->>'isPrivate')::boolean`;
  return row?.count ?? 0;
}
