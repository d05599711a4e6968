import type { UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { rateLimited } from '@murmuration/service-kit';
import { isHidden } from '../accounts/hidden.ts';
import type { AccountSettings } from '../accounts/settings.ts';
import type { ProfileChange } from '../accounts/validation.ts';
import { hidingEventsOf } from '../outbox-sql.ts';
import { returningPlace, writtenAt } from '../written.ts';
import { transact } from '../statements.ts';

/** What becomes of handles that are given up. */
export type HandleRest = Pick<AccountSettings, 'handleRestDays' | 'restingHandles'>;

/**
 * Changes what is given and differs, with its event. A handle that is given up rests.
 * @returns null when nothing differed
 * @throws Prisma's unique violation when the handle is taken; UserErrors `RateLimited` when too many rest already
 */
export async function updateAccount(
  database: UserDatabase,
  id: UserId,
  change: ProfileChange,
  rest: HandleRest,
): Promise<{ becamePrivate: boolean; writtenAt: string } | null> {
  const { handle } = change;
  if (handle == null) return write(database, id, change, rest);
  return transact(database, async (transaction) => {
    // Locked first, or many changes at once would each see room for one more.
    await transaction.$executeRaw`SELECT FROM account WHERE id = ${id} FOR NO KEY UPDATE`;
    await refuseTooManyAtRest(transaction, id, handle, rest);
    return write(transaction, id, change, rest);
  });
}

type Statements = Pick<UserDatabase, '$queryRaw'>;

async function write(
  database: Statements,
  id: UserId,
  change: ProfileChange,
  { handleRestDays }: HandleRest,
): Promise<{ becamePrivate: boolean; writtenAt: string } | null> {
  const [row] = await database.$queryRaw<{ becamePrivate: boolean; writtenAt: string }[]>`
    WITH old AS (
      SELECT id, handle, display_name, bio, is_private, ${Prisma.raw(isHidden())} AS was_suspended,
        coalesce(${change.handle ?? null}::text, handle) AS new_handle,
        coalesce(${change.displayName ?? null}::text, display_name) AS new_name,
        coalesce(${change.bio ?? null}::text, bio) AS new_bio,
        coalesce(${change.isPrivate ?? null}::boolean, is_private) AS new_private
      FROM account WHERE id = ${id} FOR NO KEY UPDATE
    ), changed AS (
      UPDATE account a SET handle = new_handle, display_name = new_name, bio = new_bio,
        is_private = new_private, version = version + 1
      FROM old WHERE a.id = old.id AND (old.handle, old.display_name, old.bio, old.is_private)
        IS DISTINCT FROM (new_handle, new_name, new_bio, new_private)
      RETURNING a.*, a.is_private AND NOT old.is_private AS became_private, old.is_private AS was_private,
        old.was_suspended
    ), laid_to_rest AS (
      INSERT INTO resting_handle (handle, account_id, rests_until)
      SELECT handle, id, clock_timestamp() + ${handleRestDays} * interval '1 day' FROM old
      WHERE lower(handle) <> lower(new_handle)
      ON CONFLICT (lower(handle)) DO UPDATE SET handle = excluded.handle, account_id = excluded.account_id,
        rests_until = excluded.rests_until
    ), taken_back AS (
      DELETE FROM resting_handle r USING changed c WHERE r.account_id = c.id AND lower(r.handle) = lower(c.handle)
    ), events AS (${hidingEventsOf('account')} ${returningPlace})
    SELECT became_private AS "becamePrivate", ${writtenAt} AS "writtenAt" FROM changed`;
  return row ?? null;
}

/** One who could give up handles without end could keep them all from everybody. */
async function refuseTooManyAtRest(
  database: Statements,
  id: UserId,
  wanted: string,
  { restingHandles }: HandleRest,
): Promise<void> {
  const [row] = await database.$queryRaw<{ count: number; seconds: number | null }[]>`
    SELECT count(*)::int AS count, ceil(extract(epoch FROM min(rests_until) - now()))::int AS seconds
    FROM resting_handle r JOIN account a ON a.id = r.account_id
    WHERE r.account_id = ${id} AND r.rests_until > now()
      AND lower(${wanted}) NOT IN (lower(a.handle), lower(r.handle))`;
  if (!row || row.count < restingHandles) return;
  throw rateLimited(
    Math.max(1, row.seconds ?? 1),
    `You gave up ${row.count} handles not long ago. Take one of them back, or wait.`,
    { path: ['handle'] },
  );
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
  // By the ids, which have the time in them: seconds of events, not all of them. By now(), for an index
  // cannot look for what clock_timestamp() says anew for each row.
  const [row] = await database.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM outbox
    WHERE id >= id_at(now() - ${withinMs} * interval '1 millisecond') AND id < id_at(now() + interval '1 hour')
      AND aggregatetype = 'account' AND aggregateid = ${id}::text AND (payload->>'isPrivate')::boolean`;
  return row?.count ?? 0;
}
