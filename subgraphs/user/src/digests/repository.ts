import type { UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { isHidden } from '../accounts/hidden.ts';
import type { Statements } from '../statements.ts';
import { digestLimits } from './limits.ts';

/** How often somebody reads by mail what they have not seen. */
export const digestPeriods = ['day', 'week'] as const;

export type DigestPeriod = (typeof digestPeriods)[number];

const hidden = Prisma.raw(isHidden('a.'));

/** Null: never. */
export async function readDigestPeriod(database: Statements, id: UserId): Promise<DigestPeriod | null> {
  const [row] = await database.$queryRaw<{ every: DigestPeriod }[]>`
    SELECT every FROM mail_digest WHERE account_id = ${id}`;
  return row?.every ?? null;
}

/** The first one comes when the period is over; saying the same again changes nothing. */
export async function writeDigestPeriod(
  database: Statements,
  id: UserId,
  period: DigestPeriod | null,
): Promise<void> {
  if (period === null) {
    await database.$executeRaw`DELETE FROM mail_digest WHERE account_id = ${id}`;
    return;
  }
  await database.$executeRaw`
    INSERT INTO mail_digest AS d (account_id, every, due_at)
    SELECT id, ${period}, clock_timestamp() + ('1 ' || ${period})::interval FROM account WHERE id = ${id}
    ON CONFLICT (account_id) DO UPDATE SET every = excluded.every, due_at = excluded.due_at
    WHERE d.every <> excluded.every`;
}

/**
 * Makes the mails that are due: a row each, which a job sends, in the statement that says when the next one is. Only to an
 * address that is the person's for certain. Any number of processes may do it side by side.
 * @returns how many people were due
 */
export async function mailDueDigests(
  database: UserDatabase,
  { atOnce, statements }: { atOnce: number; statements: number } = digestLimits,
): Promise<number> {
  let due = 0;
  for (let statement = 0; statement < statements; statement++) {
    const [row] = await database.$queryRaw<[{ count: number }]>`
      WITH due AS (
        SELECT account_id FROM mail_digest WHERE due_at <= clock_timestamp()
        ORDER BY due_at LIMIT ${atOnce}::integer FOR UPDATE SKIP LOCKED
      ), moved AS (
        UPDATE mail_digest d SET due_at = d.due_at + ('1 ' || d.every)::interval
          * ceil(extract(epoch FROM clock_timestamp() - d.due_at) / extract(epoch FROM ('1 ' || d.every)::interval) + 0.0001)
        FROM due WHERE d.account_id = due.account_id RETURNING d.account_id
      ), mailed AS (
        INSERT INTO mail (account_id, kind, email, email_sealed, email_digest, email_keys, expires_at)
        SELECT a.id, 'digest', a.email, a.email_sealed, a.email_digest, a.email_keys, clock_timestamp() + ${digestLimits.lifeHours}::integer * interval '1 hour'
        FROM moved JOIN account a ON a.id = moved.account_id
        WHERE a.email_verified_at IS NOT NULL AND NOT ${hidden}
      )
      SELECT count(*)::integer AS count FROM moved`;
    due += row.count;
    if (row.count < atOnce) break;
  }
  return due;
}

/** Handles by id, of those who are there for everybody. */
export async function findHandles(
  database: Statements,
  ids: readonly bigint[],
): Promise<Map<bigint, string>> {
  if (ids.length === 0) return new Map();
  const rows = await database.$queryRaw<{ id: bigint; handle: string }[]>`
    SELECT a.id, a.handle FROM account a WHERE a.id = ANY(${[...ids]}::bigint[]) AND NOT ${hidden}`;
  return new Map(rows.map(({ handle, id }) => [id, handle]));
}
