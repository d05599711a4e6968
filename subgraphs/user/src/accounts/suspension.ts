import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import type { AfterCommit } from '../after-commit.ts';
import type { Asker, AuditLog } from '../audit/audit-log.ts';
import { hidingEventsOf } from '../outbox-sql.ts';
import type { Revocation } from '../sessions/revocation.ts';
import { type Statements, transact } from '../statements.ts';

export type SuspensionOutcome = 'changed' | 'as before' | 'no such account';

export interface Overseer {
  id: UserId;
  /** Whether they may, in the transaction in which it is done. @throws when not */
  judge(transaction: Statements): Promise<void>;
}

export interface Suspension {
  /**
   * Suspends a person, or takes it back: for everyone else they no longer exist. Acknowledged only when no cache
   * anywhere can still say otherwise. May be asked again at any time: whoever asked before may have died between the
   * commit and the end of the person's sessions.
   * @param overseer who does it, where it is not a command
   */
  set(id: UserId, isSuspended: boolean, asker: Asker, overseer?: Overseer): Promise<SuspensionOutcome>;
}

export function createSuspension(options: {
  database: UserDatabase;
  revocation: Revocation;
  afterCommit: AfterCommit;
  audit: AuditLog;
}): Suspension {
  const { database, revocation, afterCommit, audit } = options;
  return {
    async set(id, isSuspended, asker, overseer) {
      const outcome = await transact(database, async (transaction) => {
        await overseer?.judge(transaction);
        return setSuspended(transaction, id, isSuspended);
      });
      if (outcome === 'no such account') return outcome;
      const endedSessions = isSuspended ? await revocation.end(id, 'all', asker) : undefined;
      await afterCommit.accountChanged(id, { hidesFromEveryone: isSuspended });
      const event = isSuspended ? 'suspension' : 'suspension-lift';
      audit.record(event, 'ok', asker, { account: id, actor: overseer?.id, endedSessions });
      return outcome;
    },
  };
}

async function setSuspended(
  statements: Statements,
  id: UserId,
  isSuspended: boolean,
): Promise<SuspensionOutcome> {
  const [row] = await statements.$queryRaw<{ hasChanged: boolean }[]>`
    WITH changed AS (
      UPDATE account SET version = version + 1,
        suspended_at = CASE WHEN ${isSuspended}::boolean THEN clock_timestamp() END
      WHERE id = ${id} AND erasing_at IS NULL AND (suspended_at IS NOT NULL) <> ${isSuspended}::boolean
      RETURNING *, is_private AS was_private, suspended_at IS NULL OR deactivated_at IS NOT NULL AS was_suspended
    ), events AS (${hidingEventsOf('account')})
    SELECT EXISTS (SELECT FROM changed) AS "hasChanged" FROM account WHERE id = ${id} AND erasing_at IS NULL`;
  if (!row) return 'no such account';
  return row.hasChanged ? 'changed' : 'as before';
}
