import type { SessionId, UserId } from '@murmuration/ids';
import { Prisma, type UserDatabase } from '@murmuration/prisma/user';
import { findCredentials } from '../accounts/repository.ts';
import { hasAddress, type SealedAddress } from '../addresses/address.ts';
import type { Addresses } from '../addresses/addresses.ts';
import { verifyAddress } from '../addresses/repository.ts';
import { expireExport } from '../export/repository.ts';
import { useLink } from '../mail/links.ts';
import { mailAccount, voidLinks } from '../mail/repository.ts';
import { takeConfirmationsBack } from '../second-factor/repository.ts';
import { revokeSessions, type Which } from '../sessions/repository.ts';
import type { ForgottenName } from './forgotten-name.ts';
import { type Statements, transact } from '../statements.ts';

/** A second request within this time is the first one's retry, or impatience. */
const again = Prisma.raw(`interval '1 minute'`);

/** Names whoever forgot their password to the jobs, whether or not there is such an account: the same work for both. */
export async function enqueueReset(database: UserDatabase, name: ForgottenName): Promise<void> {
  const payload = JSON.stringify(name);
  await database.$executeRaw`
    SELECT id FROM graphile_worker.add_job('reset_password', ${payload}::json, max_attempts := 8)`;
}

/** Sends the link to whoever it is, if anybody. Suspended people get none, and nobody more than one a minute. */
export async function sendReset(
  database: UserDatabase,
  addresses: Addresses,
  handleOrEmail: string,
): Promise<void> {
  await addresses.ready();
  await transact(database, async (transaction) => {
    const account = await findCredentials(transaction, addresses, handleOrEmail);
    if (!account || account.isSuspended) return;
    const { id } = account;
    // Of two workers at once, one after the other.
    await transaction.$executeRaw`SELECT FROM account WHERE id = ${id} FOR NO KEY UPDATE`;
    const [recent] = await transaction.$queryRaw<object[]>`
      SELECT 1 FROM mail WHERE account_id = ${id} AND kind = 'reset-password' AND voided_at IS NULL AND used_at IS NULL
        AND created_at > clock_timestamp() - ${again}`;
    if (recent) return;
    await mailAccount(transaction, id, 'reset-password');
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
  const changed = await statements.$executeRaw`
    UPDATE account SET password_hash = ${hash}
    WHERE id = ${id} AND password_hash = coalesce(${was}::text, password_hash)`;
  if (changed === 0) return null;
  // Whoever asked for one before, and got at the mails since, must not change it back.
  await voidLinks(statements, id, ['reset-password']);
  await expireExport(statements, id);
  await mailAccount(statements, id, 'password-changed');
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
 * @param link what opens it, and the address that it is about
 * @throws UserErrors of the link
 */
export function resetByLink(
  database: UserDatabase,
  addresses: Addresses,
  { address, token }: { token: string; address: SealedAddress },
  change: PasswordChange,
  ends: Which | null,
): Promise<{ ended: SessionId[] }> {
  return transact(database, async (transaction) => {
    const { accountId } = await useLink(transaction, 'reset-password', token);
    const ended = await putPassword(transaction, accountId, change, ends);
    if (!(await hasOtherOwner(transaction, accountId, address))) {
      await verifyAddress(transaction, addresses, accountId, address);
    }
    return { ended: ended ?? [] };
  });
}

async function hasOtherOwner(statements: Statements, id: UserId, address: SealedAddress): Promise<boolean> {
  const rows = await statements.$queryRaw<object[]>`
    SELECT 1 FROM account WHERE ${hasAddress(address)} AND email_verified_at IS NOT NULL AND id <> ${id}`;
  return rows.length > 0;
}
