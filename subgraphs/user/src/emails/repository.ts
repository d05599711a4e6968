import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { emailKeyOf } from '../accounts/repository.ts';
import { insertMail, mailTo, voidLinks } from '../mail/repository.ts';
import { type Link, useLink } from '../mail/links.ts';
import { revokeSessions } from '../sessions/repository.ts';
import type { SessionId } from '@murmuration/ids';
import { type Statements, transact } from '../statements.ts';

/**
 * Asks an account's address by mail whether it is the person's.
 * @returns whether there is anything to ask
 */
export async function askForVerification(database: Statements, id: UserId): Promise<boolean> {
  const sent = await database.$executeRaw`
    WITH unverified AS (SELECT id, email FROM account WHERE id = ${id} AND email_verified_at IS NULL)
    ${mailTo('verify-email', 'unverified')}`;
  return sent > 0;
}

/**
 * Writes down that the person reads the address, unless the account has another one by now.
 * @returns whether it has this address verified now
 * @throws Prisma's unique violation when another account has it verified
 */
export async function verifyAddress(statements: Statements, { accountId, email }: Link): Promise<boolean> {
  const changed = await statements.$executeRaw`
    UPDATE account SET email_verified_at = coalesce(email_verified_at, clock_timestamp())
    WHERE id = ${accountId} AND email_key = ${emailKeyOf(email)}`;
  return changed > 0;
}

/** Asks the new address; only the newest such question counts. */
export function askForChange(database: UserDatabase, id: UserId, email: string): Promise<void> {
  return transact(database, async (transaction) => {
    await voidLinks(transaction, id, ['confirm-email-change']);
    await insertMail(transaction, { accountId: id, kind: 'confirm-email-change', email });
  });
}

/**
 * Uses the link and changes the address, verified. The address of before is told, with the way back; what was sent there
 * to open the account with opens it no more.
 * @throws UserErrors of the link; Prisma's unique violation when another account has the address verified
 */
export function changeAddress(database: UserDatabase, token: string): Promise<Link> {
  return transact(database, async (transaction) => {
    const link = await useLink(transaction, 'confirm-email-change', token);
    const before = await putAddress(transaction, link);
    await voidLinks(transaction, link.accountId, ['verify-email', 'reset-password'], link.email);
    if (emailKeyOf(before) !== emailKeyOf(link.email)) {
      await insertMail(transaction, { accountId: link.accountId, kind: 'undo-email-change', email: before });
    }
    return link;
  });
}

/**
 * Uses the link and gives the account its address back, whatever it was changed to since. Whoever changed it may know
 * the password and be signed in: all sessions end, all other links are void, and a new password is asked for by mail.
 * @throws UserErrors of the link; Prisma's unique violation when another account has the address verified
 */
export function undoChange(database: UserDatabase, token: string): Promise<Link & { ended: SessionId[] }> {
  return transact(database, async (transaction) => {
    const link = await useLink(transaction, 'undo-email-change', token);
    const { accountId } = link;
    await voidLinks(transaction, accountId, [
      'verify-email',
      'confirm-email-change',
      'undo-email-change',
      'reset-password',
    ]);
    await putAddress(transaction, link);
    const ended = await revokeSessions(transaction, accountId, 'all');
    await insertMail(transaction, { accountId, kind: 'reset-password', email: link.email });
    return { ...link, ended };
  });
}

/** @returns the address of before */
async function putAddress(statements: Statements, { accountId, email }: Link): Promise<string> {
  const [row] = await statements.$queryRaw<{ before: string }[]>`
    WITH old AS (SELECT id, email FROM account WHERE id = ${accountId} FOR NO KEY UPDATE)
    UPDATE account a SET email = ${email}, email_key = ${emailKeyOf(email)}, email_verified_at = clock_timestamp()
    FROM old WHERE a.id = old.id RETURNING old.email AS before`;
  if (!row) throw new Error('the account of a link is gone');
  return row.before;
}
