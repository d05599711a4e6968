import type { UserDatabase } from '@murmuration/prisma/user';
import { notAllowed } from '@murmuration/service-kit';
import type { PositionTeller } from '@murmuration/events';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import type { Addresses } from '../addresses/addresses.ts';
import type { AfterCommit } from '../after-commit.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { SecondFactorCheck } from '../second-factor/check.ts';
import type { SessionService, Tokens } from '../sessions/service.ts';
import type { Enter } from './enter.ts';
import type { EntryLimits } from './entry-limits.ts';
import type { Passwords } from './passwords.ts';
import { findCredentials, insertAccount, replacePasswordHash, takeAccountId } from './repository.ts';
import type { SignUpChallenge } from './sign-up-challenge.ts';
import { handleTaken, takenField } from './taken.ts';
import {
  logInInput,
  longestCode,
  longestName,
  longestPassword,
  parseInput,
  signUpInput,
} from './validation.ts';

export interface LogIn {
  handleOrEmail: string;
  password: string;
  deviceName?: string | null | undefined;
  secondFactorCode?: string | null | undefined;
}

export type AccountService = ReturnType<typeof createAccountService>;

export function createAccountService(options: {
  database: UserDatabase;
  addresses: Addresses;
  sessions: SessionService;
  enter: Enter;
  passwords: Passwords;
  limits: EntryLimits;
  challenge: SignUpChallenge;
  checkSecondFactor: SecondFactorCheck;
  audit: AuditLog;
  afterCommit: AfterCommit;
  tellPosition: PositionTeller;
}) {
  const { addresses, database, sessions, enter, passwords, limits, checkSecondFactor, audit, afterCommit } =
    options;
  const { challenge, tellPosition } = options;

  return {
    /** As JSON text; null where signing up asks for none. */
    createChallenge: (): Promise<string | null> => challenge.make(),

    /**
     * An address is never taken: who has it is told by mail, and nobody else is told that it has an account.
     * What costs nothing is looked at before the password is hashed; of those who want one name at once the unique
     * indexes choose.
     * @throws UserErrors a `ValidationError` a field, `Conflict` when the handle is taken, `RateLimited`, or of the challenge
     */
    signUp: (input: unknown, context: RequestContext): Promise<Tokens> =>
      audit.around('sign-up', context, async (subject) => {
        const { challengeSolution, deviceName, displayName, email, handle, password } = parseInput(
          signUpInput,
          input,
        );
        passwords.refuseWhileFull('signUp');
        await limits.admitSignUp(context);
        const solved = await challenge.verify(challengeSolution);
        const id = await takeAccountId(database, handle);
        if (id === null) throw handleTaken();
        // Before what costs much, and not for a handle that is taken: whoever tries another one solves nothing anew.
        await solved?.use();
        const address = await addresses.seal(id, email);
        const passwordHash = await passwords.hash('signUp', password, context.signal);
        const { writtenAt, ...opened } = await insertAccount(database, {
          id,
          handle,
          address,
          passwordHash,
          displayName: displayName ?? handle,
        }).catch((error: unknown) => {
          throw takenField(error) === 'handle' ? handleTaken() : error;
        });
        subject.account = opened.id;
        afterCommit.hint();
        tellPosition(context, writtenAt);
        const tokens = await sessions.open(opened, context, deviceName ?? null);
        if (!tokens) throw wrong();
        subject.session = tokens.sessionId;
        return tokens;
      }),

    /**
     * Whoever left is back by it.
     * @throws UserErrors `NotAllowed`, the same for an unknown name and a wrong password; `SECOND_FACTOR_REQUIRED` or
     *   `WRONG_CODE` to who knows the password; `RateLimited`, or
     *   `ValidationError` for the name of the device
     */
    logIn: (input: LogIn, context: RequestContext): Promise<Tokens> =>
      audit.around('log-in', context, async (subject) => {
        const { password } = input;
        const { deviceName } = parseInput(logInInput, input);
        const name = input.handleOrEmail.trim();
        if (name.length > longestName || [...password].length > longestPassword) throw wrong();
        if ((input.secondFactorCode?.length ?? 0) > longestCode) throw wrong();
        await limits.admitLogIn(context);
        const found = await findCredentials(database, addresses, name);
        subject.account = found?.id;
        await limits.admitAttempt(name, found);
        const verdict = await passwords.verify(found?.passwordHash ?? null, password, context.signal);
        if (!found || verdict === 'wrong') throw wrong();
        if (found.isSuspended) throw notAllowed('This account is suspended.', { code: 'ACCOUNT_SUSPENDED' });
        if (found.hasSecondFactor) {
          await checkSecondFactor.require(found.id, input.secondFactorCode, 'secondFactorCode');
        }
        const tokens = await enter(found, context, deviceName ?? null);
        if (!tokens) throw wrong();
        if (verdict === 'outdated') {
          await replacePasswordHash(database, found, await passwords.hash('logIn', password, context.signal));
        }
        await limits.forgetAttempts(found);
        subject.session = tokens.sessionId;
        return tokens;
      }),
  };
}

function wrong() {
  return notAllowed('Handle, e-mail address or password are wrong.', { code: 'WRONG_CREDENTIALS' });
}
