import type { SessionId, UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { isHidden } from '../accounts/hidden.ts';
import { mailAccount } from '../mail/repository.ts';
import { eventsOf, hidingEventsOf } from '../outbox-sql.ts';
import { revokeSessions } from '../sessions/repository.ts';
import { transact } from '../statements.ts';

export interface Left {
  ended: SessionId[];
  /** When the account will be erased; null for one that was deactivated only. */
  eraseAt: Date | null;
}

/**
 * Hides an account and ends all its sessions. Asked twice it says the same: what was once set stays as it is until its
 * owner comes back.
 * @param graceDays after how many days it is erased; null: never
 */
export function leave(database: UserDatabase, id: UserId, graceDays: number | null): Promise<Left> {
  return transact(database, async (transaction) => {
    const [left] = await transaction.$queryRaw<{ eraseAt: Date | null; isNew: boolean }[]>`
      WITH old AS (
        SELECT id, erase_at, ${Prisma.raw(isHidden())} AS was_suspended FROM account WHERE id = ${id} FOR NO KEY UPDATE
      ), changed AS (
        UPDATE account a SET version = version + 1,
          deactivated_at = coalesce(a.deactivated_at, clock_timestamp()),
          erase_at = coalesce(a.erase_at, clock_timestamp() + ${graceDays}::integer * interval '1 day')
        FROM old WHERE a.id = old.id RETURNING a.*, a.is_private AS was_private, old.was_suspended
      ), events AS (${hidingEventsOf('account')})
      SELECT changed.erase_at AS "eraseAt", changed.erase_at IS NOT NULL AND old.erase_at IS NULL AS "isNew"
      FROM changed JOIN old USING (id)`;
    if (!left) return { ended: [], eraseAt: null };
    const { eraseAt, isNew } = left;
    if (isNew) await mailAccount(transaction, id, 'account-deleted');
    return { eraseAt, ended: await revokeSessions(transaction, id, 'all') };
  });
}

/**
 * Shows an account again, and forgets that it was to be erased: a job that comes meanwhile finds that it is not.
 * @param passwordHash of the password that was verified; it must still be that one
 * @returns false when it is too late for that
 */
export async function comeBack(database: UserDatabase, id: UserId, passwordHash: string): Promise<boolean> {
  const changed = await database.$queryRaw<object[]>`
    WITH changed AS (
      UPDATE account SET version = version + 1, deactivated_at = NULL, erase_at = NULL
      WHERE id = ${id} AND password_hash = ${passwordHash} AND erasing_at IS NULL RETURNING *
    ), events AS (${eventsOf('account')}) SELECT id FROM changed`;
  return changed.length > 0;
}
