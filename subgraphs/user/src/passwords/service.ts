import type { UserDatabase } from '@murmuration/prisma/user';
import { conflict } from '@murmuration/service-kit';
import { type RequestContext, requireViewer } from '@murmuration/service-kit/subgraph';
import type { EntryLimits } from '../accounts/entry-limits.ts';
import type { PasswordCheck } from '../accounts/password-check.ts';
import type { Passwords } from '../accounts/passwords.ts';
import { type Credentials, findCredentialsById } from '../accounts/repository.ts';
import {
  changePasswordInput,
  longestName,
  parseInput,
  refuseOwnNames,
  resetPasswordInput,
} from '../accounts/validation.ts';
import type { Addresses } from '../addresses/addresses.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { requireGoodLink } from '../mail/links.ts';
import type { Revocation } from '../sessions/revocation.ts';
import { sealName } from './forgotten-name.ts';
import { enqueueReset, replacePassword, resetByLink } from './repository.ts';

export type PasswordService = ReturnType<typeof createPasswordService>;

/** How a password becomes another one, by whoever knows it or by whoever reads the account's mails. */
export function createPasswordService(options: {
  database: UserDatabase;
  addresses: Addresses;
  passwords: Passwords;
  limits: EntryLimits;
  checkPassword: PasswordCheck;
  revocation: Revocation;
  audit: AuditLog;
}) {
  const { addresses, audit, checkPassword, database, limits, passwords, revocation } = options;

  const refuseNamesOf = async (account: Credentials, given: string): Promise<void> => {
    const email = await addresses.open(account.id, account);
    refuseOwnNames('newPassword', given, { handle: account.handle, email });
  };

  return {
    /**
     * @returns how many other sessions were ended
     * @throws UserErrors `ValidationError`, `NotAllowed` for a wrong password, `Conflict` when it was changed meanwhile,
     *   or `RateLimited`
     */
    change: (input: unknown, context: RequestContext): Promise<{ endedSessionCount: number }> =>
      audit.around('password-change', context, async (subject) => {
        const viewerId = requireViewer(context);
        subject.account = viewerId;
        const { currentPassword, endOtherSessions, newPassword } = parseInput(changePasswordInput, input);
        const given = { field: 'currentPassword', password: currentPassword };
        const account = await checkPassword(viewerId, given, context);
        await refuseNamesOf(account, newPassword);
        const hash = await passwords.hash('logIn', newPassword, context.signal);
        const change = { was: account.passwordHash, hash, by: context.sessionId };
        const ends = endOtherSessions ? { allBut: context.sessionId } : null;
        const ended = await replacePassword(database, viewerId, change, ends);
        if (!ended) throw conflict('Your password was changed meanwhile.');
        revocation.announce(viewerId, ended, context);
        subject.endedSessions = ended.length;
        return { endedSessionCount: ended.length };
      }),

    /** Says and costs the same for everybody, whether or not they exist. @throws UserErrors `RateLimited` by address */
    requestReset: (handleOrEmail: string, context: RequestContext): Promise<void> =>
      audit.around('password-reset-request', context, async () => {
        await limits.admitMail(context, null);
        const name = handleOrEmail.trim();
        if (name.length <= longestName && name.isWellFormed() && !name.includes('\0')) {
          await enqueueReset(database, await sealName(addresses, name));
        }
      }),

    /**
     * The link is looked at before the password is hashed, so that nobody without one costs a core.
     * @returns how many sessions were ended
     * @throws UserErrors `ValidationError`, `NotAllowed` for a link that is no good, or `RateLimited`
     */
    reset: (input: unknown, context: RequestContext): Promise<{ endedSessionCount: number }> =>
      audit.around('password-reset', context, async (subject) => {
        const { endSessions, newPassword, token } = parseInput(resetPasswordInput, input);
        await limits.admitLink(context);
        const link = await requireGoodLink(database, 'reset-password', token);
        const { accountId } = link;
        subject.account = accountId;
        const account = await findCredentialsById(database, accountId);
        if (account) await refuseNamesOf(account, newPassword);
        const address = await addresses.seal(accountId, await addresses.open(accountId, link));
        const hash = await passwords.hash('logIn', newPassword, context.signal);
        const change = { was: null, hash, by: null };
        const ends = endSessions ? 'all' : null;
        const { ended } = await resetByLink(database, addresses, { token, address }, change, ends);
        revocation.announce(accountId, ended, context);
        // Whoever reads the mails, and guesses at the second factor, is not to begin anew by each reset.
        if (account && !account.hasSecondFactor) await limits.forgetAttempts(account);
        subject.endedSessions = ended.length;
        return { endedSessionCount: ended.length };
      }),
  };
}
