import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { hasAddress, type SealedAddress } from '../addresses/address.ts';
import type { Addresses } from '../addresses/addresses.ts';
import { putAddress } from '../addresses/repository.ts';
import { expireExport } from '../export/repository.ts';
import { mailAccount, mailAddress, mailTo, voidLinks } from '../mail/repository.ts';
import { useLink } from '../mail/links.ts';
import { removeAllPasskeys } from '../passkeys/remove-all.ts';
import { revokeSessions } from '../sessions/repository.ts';
import type { SessionId } from '@murmuration/ids';
import { type Statements, transact } from '../statements.ts';

/**
 * Asks an account's address by mail whether it is the person's.
 * @returns whether there is anything to ask
 */
export async function askForVerification(database: Statements, id: UserId): Promise<boolean> {
  const sent = await database.$executeRaw`
    WITH unverified AS (SELECT * FROM account WHERE id = ${id} AND email_verified_at IS NULL)
    ${mailTo('verify-email', 'unverified')}`;
  return sent > 0;
}

/** Asks the new address; only the newest such question counts. */
export function askForChange(database: UserDatabase, id: UserId, address: SealedAddress): Promise<void> {
  return transact(database, async (transaction) => {
    await voidLinks(transaction, id, ['confirm-email-change']);
    await mailAddress(transaction, id, 'confirm-email-change', address);
  });
}

/**
 * Uses the link and changes the address, verified. The address of before is told, with the way back; what was sent there
 * to open the account with opens it no more.
 * @param address that the link is about
 * @throws UserErrors of the link; Prisma's unique violation when another account has the address verified
 */
export function changeAddress(
  database: UserDatabase,
  addresses: Addresses,
  token: string,
  address: SealedAddress,
): Promise<void> {
  return transact(database, async (transaction) => {
    const { accountId } = await useLink(transaction, 'confirm-email-change', token);
    const [row] = await transaction.$queryRaw<{ isSame: boolean }[]>`
      SELECT ${hasAddress(address)} IS TRUE AS "isSame" FROM account WHERE id = ${accountId} FOR NO KEY UPDATE`;
    if (row && !row.isSame) {
      await expireExport(transaction, accountId);
      await mailAccount(transaction, accountId, 'undo-email-change');
    }
    await putAddress(transaction, addresses, accountId, address);
    await voidLinks(transaction, accountId, ['verify-email', 'reset-password'], address);
  });
}

/**
 * Uses the link and gives the account its address back, whatever it was changed to since. Whoever changed it may know
 * the password, be signed in and have added a passkey: all sessions end, all passkeys go, all other links are void, and a new
 * password is asked for by mail.
 * @param address that the link is about
 * @throws UserErrors of the link; Prisma's unique violation when another account has the address verified
 */
export function undoChange(
  database: UserDatabase,
  addresses: Addresses,
  token: string,
  address: SealedAddress,
): Promise<{ ended: SessionId[] }> {
  return transact(database, async (transaction) => {
    const { accountId } = await useLink(transaction, 'undo-email-change', token);
    await voidLinks(transaction, accountId, [
      'verify-email',
      'confirm-email-change',
      'undo-email-change',
      'reset-password',
    ]);
    await expireExport(transaction, accountId);
    await putAddress(transaction, addresses, accountId, address);
    await removeAllPasskeys(transaction, accountId);
    const ended = await revokeSessions(transaction, accountId, 'all');
    await mailAccount(transaction, accountId, 'reset-password');
    return { ended };
  });
}
