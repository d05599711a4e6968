import type { UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { storedAddress, type StoredAddress } from '../addresses/address.ts';
import type { Addresses } from '../addresses/addresses.ts';
import { eventsOf, followDeltas, hidingEventsOf } from '../outbox-sql.ts';
import { transact } from '../statements.ts';

export const erasureLimits = {
  /** Rows that one statement ends or removes, so that it locks none for long and holds no reader of the feed. */
  rowsAtOnce: 500,
  /** Statements one after the other that find nothing to change while something is left: another process is at it. */
  idleStatements: 1_000,
} as const;

/** `too early`: its owner came back, or deleted it anew. */
export type ErasureOutcome = 'erased' | 'too early' | 'gone';

/**
 * Erases what an account left, step by step, each a transaction of its own: whoever dies in between begins again with
 * what is left, and of two at once neither takes for gone what the other is about to remove. First relations end, with their
 * events, so that the counts of others are right; then rows go; at last the account's own, with the event by which other
 * subgraphs erase theirs. All its events lie before that one, because nobody does anything to or as a hidden account.
 * @param options.handleRestDays how long its handle is nobody's from now on
 * @throws the signal's reason between two statements, once it is aborted
 */
export async function erase(
  database: UserDatabase,
  id: UserId,
  {
    addresses,
    handleRestDays,
    signal,
  }: { addresses: Addresses; handleRestDays: number; signal: AbortSignal },
): Promise<ErasureOutcome> {
  const state = await begin(database, id);
  if (state !== 'begun') return state;
  for (const relation of relationsOf(id)) {
    await untilNone(database, relation, () => endRelations(database, relation), signal);
  }
  for (const rows of [...rowsOf(id), await resetJobs(database, addresses, id)])
    await untilNone(database, rows, () => removeRows(database, rows), signal);
  const events = eventsWithHandle(id);
  await untilNone(database, events, () => blankEvents(database, events), signal);
  await finish(database, id, handleRestDays);
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

/** Rows of a table, in words that an index has. */
interface Rows {
  table: string;
  condition: Prisma.Sql;
  /** Which of them may be removed now; all where it is left out. */
  isFree?: string;
}

/** That nothing was changed says nothing: another process may have held what was found. So we look whether any are left. */
async function untilNone(
  database: UserDatabase,
  { condition, table }: Rows,
  change: () => Promise<number>,
  signal: AbortSignal,
): Promise<void> {
  for (let idle = 0; idle < erasureLimits.idleStatements; ) {
    signal.throwIfAborted();
    if ((await change()) > 0) {
      idle = 0;
      continue;
    }
    const left = await database.$queryRaw<
      object[]
    >`SELECT 1 FROM ${Prisma.raw(table)} WHERE ${condition} LIMIT 1`;
    if (left.length === 0) return;
    idle += 1;
  }
  throw new Error(`rows of "${table}" are left that could not be changed`);
}

/** Those that hold. */
interface Relations extends Rows {
  table: 'follow' | 'block' | 'mute';
}

function relationsOf(id: UserId): Relations[] {
  const sides = (table: Relations['table'], states: string[], columns: string[]): Relations[] =>
    columns.flatMap((column) =>
      states.map((state) => ({
        table,
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
function endRelations(database: UserDatabase, { condition, table: aggregate }: Relations): Promise<number> {
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
    ${aggregate === 'follow' ? hidingEventsOf(aggregate) : eventsOf(aggregate)}`;
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
    rows('account_export_chunk', 'account_id'),
    // With what an attempt wrote meanwhile; it writes no more then.
    rows('account_export', 'account_id'),
    rows('session', 'account_id'),
  ];
}

/** @returns how many went */
function removeRows(database: UserDatabase, { condition, isFree = 'true', table }: Rows): Promise<number> {
  return database.$executeRaw`
    DELETE FROM ${Prisma.raw(table)} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${Prisma.raw(table)} WHERE ${condition} AND ${Prisma.raw(isFree)}
      LIMIT ${erasureLimits.rowsAtOnce}))`;
}

/**
 * Whoever forgot their password is named by what they typed. One that a worker is at is waited for. What is sealed by keys that
 * are lost is found by what its row says, so that it can be erased all the same.
 */
async function resetJobs(database: UserDatabase, addresses: Addresses, id: UserId): Promise<Rows> {
  const [account] = await database.$queryRaw<Named[]>`
    SELECT handle, email_digest AS "emailDigest", ${storedAddress()} FROM account WHERE id = ${id}`;
  const names = account ? await namesOf(addresses, id, account) : { texts: [], digests: [] };
  const condition = Prisma.sql`
    task_id = (SELECT id FROM graphile_worker._private_tasks WHERE identifier = 'reset_password')
      AND (payload->>'digest' = ANY (${names.digests}) OR lower(ltrim(payload->>'handleOrEmail', '@')) = ANY (${names.texts}))`;
  return { table: 'graphile_worker._private_jobs', condition, isFree: 'locked_at IS NULL' };
}

interface Named extends StoredAddress {
  handle: string;
  emailDigest: Uint8Array | null;
}

async function namesOf(
  addresses: Addresses,
  id: UserId,
  account: Named,
): Promise<{ texts: string[]; digests: string[] }> {
  const email = await addresses.open(id, account).catch(() => null);
  const texts = [account.handle, ...(email === null ? [] : [email])];
  const sought = await Promise.all(texts.map((text) => addresses.find(text)));
  const digests = sought.flatMap((each) => each.digests.map(({ digest }) => digest));
  return {
    texts: sought.map(({ key }) => key),
    digests: [...digests, ...(account.emailDigest ? [account.emailDigest] : [])].map((digest) =>
      Buffer.from(digest).toString('hex'),
    ),
  };
}

/** Those of the account bear its handle; all others are numbers. */
function eventsWithHandle(id: UserId): Rows {
  const condition = Prisma.sql`aggregatetype = 'account' AND aggregateid = ${id.toString()} AND payload->>'handle' <> ''`;
  return { table: 'outbox', condition };
}

/** @returns how many were changed */
function blankEvents(database: UserDatabase, { condition, table }: Rows): Promise<number> {
  const name = Prisma.raw(table);
  return database.$executeRaw`
    UPDATE ${name} SET payload = jsonb_set(payload, '{handle}', '""') WHERE id = ANY (ARRAY(
      SELECT id FROM ${name} WHERE ${condition} LIMIT ${erasureLimits.rowsAtOnce}))`;
}

/**
 * Counters go before the row: a roll-up that holds some of them is waited for, and what it made is gone too. The handle is
 * nobody's for as long as one that was given up rests, and those at rest as long as they would have: nobody shall pass for
 * the person while others remember them.
 */
function finish(database: UserDatabase, id: UserId, handleRestDays: number): Promise<void> {
  return transact(database, async (transaction) => {
    await transaction.$executeRaw`DELETE FROM account_count_delta WHERE account_id = ${id}`;
    await transaction.$executeRaw`DELETE FROM account_count WHERE account_id = ${id}`;
    await transaction.$executeRaw`
      WITH gone AS (DELETE FROM account WHERE id = ${id} RETURNING id, handle),
      rested AS (DELETE FROM resting_handle r USING gone WHERE r.account_id = gone.id RETURNING r.handle, r.rests_until),
      reserved AS (
        INSERT INTO reserved_handle AS h (skeleton_digest, look_digest, reserved_until)
        SELECT digest_of(handle_skeleton(handle)), digest_of(handle_look(handle)), max(until)
        FROM (SELECT handle, clock_timestamp() + ${handleRestDays} * interval '1 day' AS until FROM gone
          UNION ALL SELECT handle, rests_until FROM rested) AS handles
        GROUP BY 1, 2
        ON CONFLICT (skeleton_digest, look_digest) DO UPDATE
          SET reserved_until = greatest(h.reserved_until, excluded.reserved_until)),
      changed AS (
        INSERT INTO erasure (account_id) SELECT id FROM gone
        ON CONFLICT (account_id) DO UPDATE SET version = next_id(), finished_at = clock_timestamp() RETURNING *)
      ${eventsOf('erasure')}`;
  });
}
