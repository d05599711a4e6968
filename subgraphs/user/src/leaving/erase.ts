import type { UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { eventsOf, followDeltas } from '../outbox-sql.ts';
import { transact } from '../statements.ts';

export const erasureLimits = {
  /** Rows that one statement ends or removes, so that it locks none for long and holds no reader of the feed. */
  rowsAtOnce: 500,
  /** Events that one statement looks at. */
  eventsAtOnce: 10_000,
} as const;

/** `too early`: its owner came back, or deleted it anew. */
export type ErasureOutcome = 'erased' | 'too early' | 'gone';

/**
 * Erases what an account left, step by step, each a transaction of its own: whoever dies in between begins again with
 * what is left. First relations end, with their events, so that the counts of others are right; then rows go; at last the
 * account's own, with the event by which other subgraphs erase theirs. All its events lie before that one, because nobody
 * does anything to or as a hidden account.
 * @throws the signal's reason between two steps, once it is aborted
 */
export async function erase(
  database: UserDatabase,
  id: UserId,
  signal: AbortSignal = new AbortController().signal,
): Promise<ErasureOutcome> {
  const state = await begin(database, id);
  if (state !== 'begun') return state;
  for (const relation of relationsOf(id)) await untilNone(() => endRelations(database, relation), signal);
  for (const rows of rowsOf(id)) await untilNone(() => removeRows(database, rows), signal);
  await removeJobs(database, id);
  await blankEvents(database, id);
  await finish(database, id);
  return 'erased';
}

async function begin(database: UserDatabase, id: UserId): Promise<'begun' | 'too early' | 'gone'> {
  const [row] = await database.$queryRaw<{ isBegun: boolean }[]>`
    WITH begun AS (
      UPDATE account SET erasing_at = coalesce(erasing_at, clock_timestamp())
      WHERE id = ${id} AND deactivated_at IS NOT NULL AND erase_at <= clock_timestamp() RETURNING id)
    SELECT EXISTS (SELECT FROM begun) AS "isBegun" FROM account WHERE id = ${id}`;
  if (!row) return 'gone';
  return row.isBegun ? 'begun' : 'too early';
}

async function untilNone(step: () => Promise<number>, signal: AbortSignal): Promise<void> {
  do signal.throwIfAborted();
  while ((await step()) === erasureLimits.rowsAtOnce);
}

interface Relations {
  aggregate: 'follow' | 'block' | 'mute';
  /** Those that hold, in words that an index has. */
  condition: Prisma.Sql;
}

function relationsOf(id: UserId): Relations[] {
  const sides = (aggregate: Relations['aggregate'], states: string[], columns: string[]): Relations[] =>
    columns.flatMap((column) =>
      states.map((state) => ({
        aggregate,
        condition: Prisma.sql`${Prisma.raw(column)} = ${id}::bigint AND ${Prisma.raw(state)}`,
      })),
    );
  return [
    ...sides('follow', [`state = 'active'`, `state = 'requested'`], ['follower_id', 'followee_id']),
    ...sides('block', ['active'], ['blocker_id', 'blocked_id']),
    ...sides('mute', ['active'], ['muter_id', 'muted_id']),
  ];
}

/** @returns how many were ended */
function endRelations(database: UserDatabase, { aggregate, condition }: Relations): Promise<number> {
  const { ended, key } = endings[aggregate];
  return database.$executeRaw`
    WITH old AS (
      SELECT * FROM ${Prisma.raw(aggregate)} WHERE ${condition}
      ORDER BY ${Prisma.raw(key)} LIMIT ${erasureLimits.rowsAtOnce} FOR UPDATE
    ), changed AS (
      UPDATE ${Prisma.raw(aggregate)} r SET ${Prisma.raw(ended)}, version = r.version + 1
      FROM old WHERE (${Prisma.raw(columnsOf('r', key))}) = (${Prisma.raw(columnsOf('old', key))})
      RETURNING r.* ${aggregate === 'follow' ? Prisma.raw(`, CASE WHEN old.state = 'active' THEN -1 ELSE 0 END AS delta`) : Prisma.empty}
    ) ${aggregate === 'follow' ? Prisma.sql`, counted AS (${followDeltas})` : Prisma.empty}
    ${eventsOf(aggregate)}`;
}

const endings = {
  follow: { ended: `state = 'removed'`, key: 'follower_id, followee_id' },
  block: { ended: 'active = false', key: 'blocker_id, blocked_id' },
  mute: { ended: 'active = false', key: 'muter_id, muted_id' },
} as const;

function columnsOf(alias: string, key: string): string {
  return key
    .split(', ')
    .map((column) => `${alias}.${column}`)
    .join(', ');
}

interface Rows {
  table: string;
  condition: Prisma.Sql;
}

/** Tombstones of relations among them: their owner is gone on one side, so nothing ever changes them again. */
function rowsOf(id: UserId): Rows[] {
  const rows = (table: string, condition: string): Rows => ({
    table,
    condition: Prisma.sql`${Prisma.raw(condition)} = ${id}::bigint`,
  });
  return [
    rows('follow', 'follower_id'),
    rows('follow', `state = 'removed' AND followee_id`),
    rows('block', 'blocker_id'),
    rows('block', 'NOT active AND blocked_id'),
    rows('mute', 'muter_id'),
    rows('mute', 'muted_id'),
    rows('suggestion', 'account_id'),
    rows('suggestion', 'suggested_id'),
    rows('suggestion_reader', 'account_id'),
    rows('dismissed_suggestion', 'account_id'),
    rows('dismissed_suggestion', 'dismissed_id'),
    // The links go with the mails.
    rows('mail', 'account_id'),
    rows('session', 'account_id'),
    rows('resting_handle', 'account_id'),
  ];
}

/** @returns how many went */
function removeRows(database: UserDatabase, { table, condition }: Rows): Promise<number> {
  return database.$executeRaw`
    DELETE FROM ${Prisma.raw(table)} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${Prisma.raw(table)} WHERE ${condition} LIMIT ${erasureLimits.rowsAtOnce}))`;
}

/** Whoever forgot their password is named by what they typed. */
async function removeJobs(database: UserDatabase, id: UserId): Promise<void> {
  await database.$executeRaw`
    DELETE FROM graphile_worker._private_jobs j USING graphile_worker._private_tasks t, account a
    WHERE t.id = j.task_id AND t.identifier = 'reset_password' AND a.id = ${id} AND j.locked_at IS NULL
      AND lower(ltrim(j.payload->>'handleOrEmail', '@')) IN (lower(a.handle), a.email_key)`;
}

/** Those of the account bear its handle; all others are numbers. */
async function blankEvents(database: UserDatabase, id: UserId): Promise<void> {
  for (let place: bigint | null = 0n; place !== null; ) place = await blankNextEvents(database, id, place);
}

/** @returns the place behind those that were looked at; null at the end */
async function blankNextEvents(database: UserDatabase, id: UserId, after: bigint): Promise<bigint | null> {
  const [looked] = await database.$queryRaw<{ last: bigint | null; count: number }[]>`
    WITH looked AS MATERIALIZED (
      SELECT id, aggregatetype, aggregateid FROM outbox WHERE id > ${after}::bigint
      ORDER BY id LIMIT ${erasureLimits.eventsAtOnce}
    ), blanked AS (
      UPDATE outbox o SET payload = jsonb_set(o.payload, '{handle}', '""') FROM looked l
      WHERE o.id = l.id AND l.aggregatetype = 'account' AND l.aggregateid = ${id.toString()})
    SELECT max(id) AS last, count(*)::int AS count FROM looked`;
  return looked?.count === erasureLimits.eventsAtOnce ? looked.last : null;
}

/** Counters go before the row: a roll-up that holds some of them is waited for, and what it made is gone too. */
function finish(database: UserDatabase, id: UserId): Promise<void> {
  return transact(database, async (transaction) => {
    await transaction.$executeRaw`DELETE FROM account_count_delta WHERE account_id = ${id}`;
    await transaction.$executeRaw`DELETE FROM account_count WHERE account_id = ${id}`;
    await transaction.$executeRaw`
      WITH gone AS (DELETE FROM account WHERE id = ${id} RETURNING id),
      changed AS (
        INSERT INTO erasure (account_id) SELECT id FROM gone
        ON CONFLICT (account_id) DO UPDATE SET version = erasure.version + 1 RETURNING *)
      ${eventsOf('erasure')}`;
  });
}
