import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { conflict, notAllowed } from '@murmuration/service-kit';
import type { PositionTeller } from '@murmuration/events';
import type { AfterCommit } from '../after-commit.ts';
import type { Context } from '../context.ts';
import type { SessionService, Tokens } from '../sessions/service.ts';
import type { LogInThrottle } from '../sessions/throttle.ts';
import type { Passwords } from './passwords.ts';
import { findCredentials, insertAccount } from './repository.ts';
import { setSuspended } from './suspend.ts';
import { takenField } from './taken.ts';
import { parseInput, signUpInput } from './validation.ts';

/** Longer than any handle or address that exists; nothing is hashed or counted for more. */
const longestName = 254;
const longestPassword = 200;

export type AccountService = ReturnType<typeof createAccountService>;

export function createAccountService(options: {
  database: UserDatabase;
  sessions: SessionService;
  passwords: Passwords;
  throttle: LogInThrottle;
  afterCommit: AfterCommit;
  tellPosition: PositionTeller;
}) {
  const { database, sessions, passwords, throttle, afterCommit, tellPosition } = options;
  return {
    /** @throws UserErrors a `ValidationError` a field, or `Conflict` when handle or address are taken */
    async signUp(input: unknown, context: Context): Promise<Tokens> {
      const { password, displayName, ...account } = parseInput(signUpInput, input);
      const passwordHash = await passwords.hash(password);
      const { id, writtenAt } = await insertAccount(database, {
        ...account,
        passwordHash,
        displayName: displayName ?? account.handle,
      }).catch(refuseTaken);
      afterCommit.hint();
      tellPosition(context, writtenAt);
      return sessions.open(id);
    },

    /** @throws UserErrors `NotAllowed`, the same for an unknown name and a wrong password, or `RateLimited` */
    async logIn(input: { handleOrEmail: string; password: string }): Promise<Tokens> {
      const name = input.handleOrEmail.trim();
      if (name.length > longestName || input.password.length > longestPassword) throw wrong();
      await throttle.admit(name);
      const found = await findCredentials(database, name);
      const isRight = await passwords.verify(found?.passwordHash ?? null, input.password);
      if (!found || !isRight) throw wrong();
      if (found.isSuspended) throw notAllowed('This account is suspended.');
      await throttle.forget(name);
      return sessions.open(found.id);
    },

    /**
     * Suspends a person, or takes it back: for everyone else they no longer exist. Acknowledged only when
     * no cache anywhere can still say otherwise.
     */
    async suspend(id: UserId, isSuspended: boolean): Promise<void> {
      const hasChanged = await setSuspended(database, id, isSuspended);
      if (!hasChanged) return;
      if (isSuspended) await sessions.endAll(id);
      await afterCommit.accountChanged(id, { hidesFromEveryone: isSuspended });
    },
  };
}

function wrong() {
  return notAllowed('Handle, e-mail address or password are wrong.');
}

function refuseTaken(error: unknown): never {
  const field = takenField(error);
  if (field === 'handle') throw conflict('This handle, or one that looks like it, is taken.');
  if (field === 'email') throw conflict('There is an account with this e-mail address.');
  throw error;
}
