import type { UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { hasAddress, type SoughtAddress } from '../addresses/address.ts';
import { mailAccount, mailTo } from '../mail/repository.ts';
import { type Statements, transact } from '../statements.ts';

/** What somebody asked to have of their account. */
export interface StoredExport {
  id: bigint;
  accountId: UserId;
  state: 'pending' | 'ready' | 'failed' | 'expired';
  requestedAt: Date;
  readyAt: Date | null;
  expiresAt: Date | null;
  sizeBytes: number | null;
}

/** One that can be fetched. */
export interface ReadyExport extends StoredExport {
  state: 'ready';
  readyAt: Date;
  expiresAt: Date;
  sizeBytes: number;
}

export function isReady(found: StoredExport | null): found is ReadyExport {
  return found?.state === 'ready';
}

/** An attempt at an export. */
export interface ExportRun {
  accountId: UserId;
  run: bigint;
}

const columns =
  Prisma.raw(`e.id, e.account_id AS "accountId", e.requested_at AS "requestedAt", e.ready_at AS "readyAt",
  e.expires_at AS "expiresAt", e.size_bytes::integer AS "sizeBytes",
  CASE WHEN e.expires_at <= clock_timestamp() THEN 'expired' ELSE e.state END AS state`);

/** One at a time: whoever waits for a mail does not wait for archives. */
const queue = 'exports';
const keyOf = (id: string) => Prisma.raw(`'export ' || ${id}`);

/**
 * Asks for one, with the job that makes it, or not at all. It takes the place of the one before. Of two at once one asks.
 * @returns what was asked for, or in how many seconds the next one may be
 */
export async function requestExport(
  database: UserDatabase,
  id: UserId,
  { attempts, everyHours }: { attempts: number; everyHours: number },
): Promise<StoredExport | { retryAfter: number }> {
  const every = Prisma.sql`${everyHours}::integer * interval '1 hour'`;
  const [asked] = await database.$queryRaw<StoredExport[]>`
    WITH e AS (
      INSERT INTO account_export AS x (account_id) VALUES (${id})
      ON CONFLICT (account_id) DO UPDATE SET id = next_id(), state = 'pending', requested_at = clock_timestamp(),
        run = NULL, ready_at = NULL, expires_at = NULL, size_bytes = NULL, downloads = 0
      WHERE x.requested_at <= clock_timestamp() - ${every} AND x.state <> 'pending'
      RETURNING *)
    SELECT ${columns} FROM e CROSS JOIN LATERAL graphile_worker.add_job('export_account',
      json_build_object('exportId', e.id::text), queue_name := ${queue}, job_key := ${keyOf('e.id')},
      max_attempts := ${attempts}::integer, priority := 10) AS job`;
  if (asked) return asked;
  const [wait] = await database.$queryRaw<{ retryAfter: number }[]>`
    SELECT greatest(1, ceil(extract(epoch FROM requested_at + ${every} - clock_timestamp())))::integer AS "retryAfter"
    FROM account_export WHERE account_id = ${id}`;
  return wait ?? { retryAfter: 1 };
}

export async function findExport(statements: Statements, id: UserId): Promise<StoredExport | null> {
  const [found] = await statements.$queryRaw<StoredExport[]>`
    SELECT ${columns} FROM account_export e WHERE e.account_id = ${id}`;
  return found ?? null;
}

/**
 * Begins an attempt. An earlier one that still lives can write and finish nothing from now on.
 * @returns null when there is nothing to make any more
 */
export async function beginRun(
  database: UserDatabase,
  exportId: bigint,
): Promise<(ExportRun & { handle: string }) | null> {
  const [begun] = await database.$queryRaw<(ExportRun & { handle: string })[]>`
    UPDATE account_export e SET run = next_id() FROM account a
    WHERE e.id = ${exportId} AND e.state = 'pending' AND a.id = e.account_id AND a.erasing_at IS NULL
    RETURNING e.account_id AS "accountId", e.run, a.handle`;
  return begun ?? null;
}

/** Says that an attempt made it, and tells the person, all or nothing. @returns whether it was still the one that may */
export function finishRun(
  database: UserDatabase,
  { accountId, run }: ExportRun,
  { keptHours, sizeBytes }: { keptHours: number; sizeBytes: number },
): Promise<boolean> {
  return transact(database, async (transaction) => {
    const finished = await transaction.$executeRaw`
      UPDATE account_export SET state = 'ready', ready_at = clock_timestamp(), size_bytes = ${sizeBytes}::bigint,
        expires_at = clock_timestamp() + ${keptHours}::integer * interval '1 hour'
      WHERE account_id = ${accountId} AND run = ${run} AND state = 'pending'`;
    if (finished === 0) return false;
    await mailAccount(transaction, accountId, 'export-ready');
    return true;
  });
}

const failed = Prisma.raw(`state = 'failed', run = NULL`);

/** Gives one up that no other attempt will make either, and tells the person. */
export async function failRun(database: UserDatabase, { accountId, run }: ExportRun): Promise<void> {
  await database.$executeRaw`
    WITH gone AS (
      UPDATE account_export SET ${failed} WHERE account_id = ${accountId} AND run = ${run} AND state = 'pending'
      RETURNING account_id
    ), told AS (SELECT a.* FROM gone JOIN account a ON a.id = gone.account_id)
    ${mailTo('export-failed', 'told')}`;
}

/**
 * Gives up those whose job was given up, or got lost, and tells each person once. Any number of processes may do it.
 * @returns how many
 */
export function failAbandoned(database: UserDatabase, { atOnce }: { atOnce: number }): Promise<number> {
  const key = keyOf('e.id');
  return database.$executeRaw`
    WITH lost AS (
      SELECT e.account_id FROM account_export e
      WHERE e.state = 'pending' AND NOT EXISTS (SELECT FROM graphile_worker._private_jobs j
        WHERE j.key = ${key} AND (j.locked_at IS NOT NULL OR j.attempts < j.max_attempts))
      ORDER BY e.requested_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED
    ), gone AS (
      UPDATE account_export e SET ${failed} FROM lost WHERE e.account_id = lost.account_id RETURNING e.account_id
    ), told AS (SELECT a.* FROM gone JOIN account a ON a.id = gone.account_id)
    ${mailTo('export-failed', 'told')}`;
}

/** Makes the link of one void, in the transaction of what makes it so: others may have it, or have asked for it. */
export async function expireExport(statements: Statements, id: UserId): Promise<void> {
  await statements.$executeRaw`
    UPDATE account_export SET expires_at = clock_timestamp()
    WHERE account_id = ${id} AND expires_at > clock_timestamp()`;
}

/**
 * Counts a download of one that can be fetched.
 * @returns what is fetched; null when it is none any more, or was fetched as often as it may
 */
export async function countDownload(
  statements: Statements,
  id: bigint,
  most: number,
): Promise<(ExportRun & { handle: string; readyAt: Date; sizeBytes: number }) | null> {
  const [found] = await statements.$queryRaw<
    (ExportRun & { handle: string; readyAt: Date; sizeBytes: number })[]
  >`
    UPDATE account_export e SET downloads = e.downloads + 1 FROM account a
    WHERE e.id = ${id} AND e.state = 'ready' AND e.expires_at > clock_timestamp() AND e.downloads < ${most}::integer
      AND a.id = e.account_id AND a.erasing_at IS NULL
    RETURNING e.account_id AS "accountId", e.run, a.handle, e.ready_at AS "readyAt", e.size_bytes::integer AS "sizeBytes"`;
  return found ?? null;
}

/** Whether a link may stand in a mail: to an address that is the person's for certain, and where no mail goes past a second factor. */
export async function mayMailLink(
  statements: Statements,
  id: UserId,
  address: SoughtAddress,
): Promise<boolean> {
  const rows = await statements.$queryRaw<object[]>`
    SELECT 1 FROM account a WHERE a.id = ${id} AND ${hasAddress(address)} AND a.email_verified_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM second_factor s WHERE s.account_id = a.id AND s.confirmed_at IS NOT NULL)`;
  return rows.length > 0;
}
