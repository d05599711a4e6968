import type { SessionId, UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { findCredentials } from '../accounts/repository.ts';
import { verifyAddress } from '../emails/repository.ts';
import { type Link, useLink } from '../mail/links.ts';
import { insertMail, voidLinks } from '../mail/repository.ts';
import { takeConfirmationsBack } from '../second-factor/repository.ts';
import { revokeSessions, type Which } from '../sessions/repository.ts';
import { type Statements, transact } from '../statements.ts';

/** A second request within this time is the first one's retry, or impatience. */
const again = Prisma.raw(`interval '1 minute'`);

/** Names whoever forgot their password to the jobs, whether or not there is such an account: the same work for both. */
export async function enqueueReset(database: UserDatabase, handleOrEmail: string): Promise<void> {
  const payload = JSON.stringify({ handleOrEmail });
  await database.$executeRaw`
    SELECT id FROM graphile_worker.add_job('reset_password', ${payload}::json, max_attempts := 8)`;
}

/** Sends the link to whoever it is, if anybody. Suspended people get none, and nobody more than one a minute. */
export async function sendReset(database: UserDatabase, handleOrEmail: string): Promise<void> {
  await transact(database, async (transaction) => {
    const account = await findCredentials(transaction, handleOrEmail);
    if (!account || account.isSuspended) return;
    const { email, id } = account;
    // Of two workers at once, one after the other.
    await transaction.$executeRaw`SELECT FROM account WHERE id = ${id} FOR NO KEY UPDATE`;
    const [recent] = await transaction.$queryRaw<object[]>`
      SELECT 1 FROM mail WHERE account_id = ${id} AND kind = 'reset-password' AND voided_at IS NULL AND used_at IS NULL
        AND created_at > clock_timestamp() - ${again}`;
    if (recent) return;
    await insertMail(transaction, { accountId: id, kind: 'reset-password', email });
  });
}

interface PasswordChange {
  /** The hash that was checked before; null where a link was. Of two changes at once the second finds another. */
  was: string | null;
  hash: string;
  /** The session that asked. */
  by: SessionId | null;
}

/**
 * Puts a new password, tells the person, and ends sessions, all or nothing. Those that go on must confirm anew who they are.
 * @returns the sessions that ended, or null when the password was changed meanwhile
 */
async function putPassword(
  statements: Statements,
  id: UserId,
  { by, hash, was }: PasswordChange,
  ends: Which | null,
): Promise<SessionId[] | null> {
  const [account] = await statements.$queryRaw<{ email: string }[]>`
    UPDATE account SET password_hash = ${hash}
    WHERE id = ${id} AND password_hash = coalesce(${was}::text, password_hash) RETURNING email`;
  if (!account) return null;
  // Whoever asked for one before, and got at the mails since, must not change it back.
  await voidLinks(statements, id, ['reset-password']);
  await insertMail(statements, { accountId: id, kind: 'password-changed', email: account.email });
  await takeConfirmationsBack(statements, id, by);
  return ends === null ? [] : revokeSessions(statements, id, ends);
}

/** @returns the sessions that ended, or null when the password was changed meanwhile */
export function replacePassword(
  database: UserDatabase,
  id: UserId,
  change: PasswordChange,
  ends: Which | null,
): Promise<SessionId[] | null> {
  return transact(database, (transaction) => putPassword(transaction, id, change, ends));
}

/**
 * Uses the link and puts the password. Who could read the link reads the address: it is verified by it, unless another
 * account has it.
 * @throws UserErrors of the link
 */
export function resetByLink(
  database: UserDatabase,
  token: string,
  hash: string,
  ends: Which | null,
): Promise<Link & { ended: SessionId[] }> {
  return transact(database, async (transaction) => {
    const link = await useLink(transaction, 'reset-password', token);
    const ended = await putPassword(transaction, link.accountId, { was: null, hash, by: null }, ends);
    if (!(await hasOtherOwner(transaction, link))) await verifyAddress(transaction, link);
    return { ...link, ended: ended ?? [] };
  });
}

async function hasOtherOwner(statements: Statements, { accountId, email }: Link): Promise<boolean> {
  const rows = await statements.$queryRaw<object[]>`
    SELECT 1 FROM account WHERE email_key = lower(${email}) AND email_verified_at IS NOT NULL AND id <> ${accountId}`;
  return rows.length > 0;
}
