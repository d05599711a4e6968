import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { notAllowed, unauthenticated } from '@murmuration/service-kit';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import type { SecondFactorCheck } from '../second-factor/check.ts';
import { isConfirmed } from '../second-factor/repository.ts';
import type { EntryLimits } from './entry-limits.ts';
import type { Passwords } from './passwords.ts';
import { type Credentials, findCredentialsById } from './repository.ts';
import { confirmationMs } from './settings.ts';

/** What somebody says to show that it is them. */
export interface Given {
  /** Of the input, by which a wrong password is named; null where there is none. */
  field: string | null;
  /** May be left out where the session is confirmed. */
  password: string | null | undefined;
  /** Besides the password, for those who have a second factor; undefined where the input takes none. */
  secondFactorCode?: string | null | undefined;
}

/**
 * That somebody who is signed in is the person, before what a stolen session must not do: by the password, or because
 * they have shown it in this session not long ago (`confirmIdentity`). Whoever has a second factor shows both there.
 * Wrong passwords are counted with the attempts to sign in, so that a session is no place to guess.
 * @throws UserErrors `NotAllowed` for a wrong password, naming its field, or `CONFIRMATION_REQUIRED`; `RateLimited`
 * @throws GraphQLError `UNAUTHENTICATED` when the account is gone
 */
export type PasswordCheck = (viewerId: UserId, given: Given, context: RequestContext) => Promise<Credentials>;

export function createPasswordCheck(options: {
  database: UserDatabase;
  passwords: Passwords;
  limits: EntryLimits;
  checkSecondFactor: SecondFactorCheck;
}): PasswordCheck {
  const { checkSecondFactor, database, limits, passwords } = options;

  return async (viewerId, { field, password, secondFactorCode }, context) => {
    const account = await findCredentialsById(database, viewerId);
    if (!account || account.isSuspended || account.isDeactivated) {
      throw unauthenticated('This account does not exist any more.');
    }
    // Whoever brings a code is about to confirm, and must not do so by an earlier confirmation.
    const mayBeConfirmed = secondFactorCode === undefined && (account.hasSecondFactor || password == null);
    const confirmed =
      mayBeConfirmed && (await isConfirmed(database, viewerId, context.sessionId, confirmationMs));
    if (password == null) {
      if (confirmed) return account;
      throw confirmationRequired(field);
    }
    await limits.admitAttempt(account.handle, account);
    const verdict = await passwords.verify(account.passwordHash, password, context.signal);
    if (verdict === 'wrong') {
      const path = field === null ? {} : { path: [field] };
      throw notAllowed('This is not your password.', { code: 'WRONG_CREDENTIALS', ...path });
    }
    if (account.hasSecondFactor && !confirmed) {
      if (secondFactorCode === undefined) throw confirmationRequired(null);
      await checkSecondFactor.require(viewerId, secondFactorCode, 'secondFactorCode');
    }
    await limits.forgetAttempts(account);
    return account;
  };
}

function confirmationRequired(field: string | null) {
  return notAllowed('Confirm first that it is you.', {
    code: 'CONFIRMATION_REQUIRED',
    ...(field !== null && { path: [field] }),
  });
}
