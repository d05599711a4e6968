import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { notAllowed, unauthenticated } from '@murmuration/service-kit';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import type { EntryLimits } from './entry-limits.ts';
import type { Passwords } from './passwords.ts';
import { type Credentials, findCredentialsById } from './repository.ts';

/**
 * That somebody who is signed in knows their password, before what a stolen session must not do. Counted with the
 * attempts to sign in, so that a session is no place to guess.
 * @throws UserErrors `NotAllowed` for a wrong one, naming its field; `RateLimited` after too many
 * @throws GraphQLError `UNAUTHENTICATED` when the account is gone
 */
export type PasswordCheck = (
  viewerId: UserId,
  given: { field: string; password: string },
  context: RequestContext,
) => Promise<Credentials>;

export function createPasswordCheck(options: {
  database: UserDatabase;
  passwords: Passwords;
  limits: EntryLimits;
}): PasswordCheck {
  const { database, limits, passwords } = options;
  return async (viewerId, { field, password }, context) => {
    const account = await findCredentialsById(database, viewerId);
    if (!account || account.isSuspended || account.isDeactivated) {
      throw unauthenticated('This account does not exist any more.');
    }
    await limits.admitAttempt(account.handle, account);
    const verdict = await passwords.verify(account.passwordHash, password, context.signal);
    if (verdict === 'wrong') {
      throw notAllowed('This is not your password.', { code: 'WRONG_CREDENTIALS', path: [field] });
    }
    await limits.forgetAttempts(account);
    return account;
  };
}
