import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { suggestionLimits } from '../suggestions/limits.ts';
import { transact } from '../statements.ts';

/** Advisory lock that elects who purges and makes partitions; any number no one else uses. */
const housekeepingLock = 7_205_001;
/** Each day costs every look at the feed a little: 0.4 ms with 7, 0.5 with 34, 2.3 with 93. */
const outboxDaysAhead = 32;

export const purgeLimits = {
  /** Rows that one statement removes, so that it locks none for long. */
  rowsAtOnce: 1_000,
  /** Of one kind in one run, ten minutes apart: 14 million a day. What is left is for the next. */
  statementsAtOnce: 100,
} as const;

const unread = `read_at < now() - interval '${suggestionLimits.keptDays} days'`;

/** What no one can need any more. Revoked and ended sessions stay a week: support may be asked what happened. */
const outdated = {
  session: Prisma.raw(`expires_at < now() - interval '7 days' OR revoked_at < now() - interval '7 days'`),
  resting_handle: Prisma.raw('rests_until < now()'),
  reserved_handle: Prisma.raw('reserved_until < now()'),
  // Longer than any link is good; the links go with it.
  mail: Prisma.raw(`created_at < now() - interval '30 days'`),
  // A process whose clock is late must still find those that it takes for good.
  spent_challenge: Prisma.raw(`expires_at < now() - interval '1 hour'`),
  account_export_chunk: Prisma.raw(
    `account_id IN (SELECT account_id FROM account_export WHERE expires_at < now() OR state = 'failed')`,
  ),
  // Longer than one may be kept, so that it can be said what became of it.
  account_export: Prisma.raw(`state <> 'pending' AND requested_at < now() - interval '90 days'
    AND coalesce(expires_at < now(), true)`),
  // Of who has not asked for them for long. Who comes again has them made anew.
  suggestion: Prisma.raw(`account_id IN (SELECT account_id FROM suggestion_reader WHERE ${unread})`),
  suggestion_reader: Prisma.raw(
    `${unread} AND NOT EXISTS (SELECT FROM suggestion s WHERE s.account_id = suggestion_reader.account_id)`,
  ),
} as const;

/**
 * Removes what has run out and makes the partitions of the days ahead. One process at a time does it; the others
 * find the lock taken and go on.
 */
export async function purge(
  database: UserDatabase,
  limits: { rowsAtOnce: number; statementsAtOnce: number } = purgeLimits,
): Promise<void> {
  await asOnlyOne(
    database,
    (transaction) => transaction.$executeRaw`
    SELECT ensure_day_partitions('outbox', now(), ${outboxDaysAhead + 1}::integer)`,
  );
  const tables = [
    'session',
    'resting_handle',
    'reserved_handle',
    'mail',
    'spent_challenge',
    'account_export_chunk',
    'account_export',
    'suggestion',
    'suggestion_reader',
  ] as const;
  for (const table of tables) {
    for (let statements = 0; statements < limits.statementsAtOnce; statements++) {
      // Each a transaction of its own: one for all would hold back the event feed.
      const removed = await asOnlyOne(
        database,
        (transaction) => transaction.$executeRaw`
        DELETE FROM ${Prisma.raw(table)} WHERE ctid IN (
          SELECT ctid FROM ${Prisma.raw(table)} WHERE ${outdated[table]} LIMIT ${limits.rowsAtOnce})`,
      );
      if (removed < limits.rowsAtOnce) break;
    }
  }
}

/** @returns what the work counted; 0 when another process is at it */
function asOnlyOne(
  database: UserDatabase,
  work: (transaction: Pick<UserDatabase, '$executeRaw'>) => Promise<number>,
): Promise<number> {
  return transact(database, async (transaction) => {
    const [lock] = await transaction.$queryRaw<{ isMine: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(${housekeepingLock}) AS "isMine"`;
    return lock?.isMine ? work(transaction) : 0;
  });
}
