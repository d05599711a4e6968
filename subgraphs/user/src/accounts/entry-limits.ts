import type { UserId } from '@murmuration/ids';
import { callerKeyOf, type Logger, type RedisCache } from '@murmuration/service-kit';
import type { Asker } from '../audit/audit-log.ts';
import { createThrottle, type Throttle } from '../sessions/throttle.ts';
import type { Credentials } from './repository.ts';
import {
  accountWindowSeconds,
  type AccountSettings,
  addressWindowSeconds,
  codeWindowSeconds,
} from './settings.ts';

export const logInLimits = { attempts: 10, withinSeconds: 15 * 60 } as const;

/** How often anybody may try to come in. */
export interface EntryLimits {
  /** @throws UserErrors `RateLimited` when too many signed up from the caller's address */
  admitSignUp(asker: Asker): Promise<void>;
  /** @throws UserErrors `RateLimited` when too many tried to sign in from the caller's address */
  admitLogIn(asker: Asker): Promise<void>;
  /**
   * Ten attempts an account, by whatever spelling of whichever of its names; where nobody has it, by the name.
   * @throws UserErrors `RateLimited`
   */
  admitAttempt(name: string, found: Credentials | null): Promise<void>;
  /**
   * That a mail may be asked for: so many from one address, and so many for one account where it is known.
   * @throws UserErrors `RateLimited`
   */
  admitMail(asker: Asker, accountId: UserId | null): Promise<void>;
  /** @throws UserErrors `RateLimited` when too many links were tried from the caller's address */
  admitLink(asker: Asker): Promise<void>;
  /** Forgets the attempts: the owner came in. */
  forgetAttempts(found: Credentials): Promise<void>;
  /**
   * A code of the person's app is about to be looked at. Counted for a day whatever happens meanwhile, unless it was right.
   * @throws UserErrors `RateLimited` after too many wrong ones
   */
  admitCode(accountId: UserId): Promise<void>;
  /** The code was right. */
  forgetCode(accountId: UserId): Promise<void>;
}

export function createEntryLimits(
  redis: RedisCache,
  logger: Logger,
  settings: Pick<
    AccountSettings,
    | 'signUpsPerAddress'
    | 'logInsPerAddress'
    | 'mailsPerAddress'
    | 'mailsPerAccount'
    | 'linksPerAddress'
    | 'wrongCodesPerDay'
  >,
): EntryLimits {
  const byAddress = (name: string, points: number, message: string): Throttle =>
    createThrottle(redis, logger, { name, points, withinSeconds: addressWindowSeconds, message });
  const signUps = byAddress(
    'sign-up-from',
    settings.signUpsPerAddress,
    'Too many people signed up from where you are. Try again later.',
  );
  const logIns = byAddress(
    'log-in-from',
    settings.logInsPerAddress,
    'Too many attempts to sign in from where you are. Try again later.',
  );
  const attempts = createThrottle(redis, logger, {
    name: 'log-in',
    points: logInLimits.attempts,
    withinSeconds: logInLimits.withinSeconds,
    message: 'Too many attempts to sign in. Try again later.',
  });
  const codes = createThrottle(redis, logger, {
    name: 'wrong-code',
    points: settings.wrongCodesPerDay,
    withinSeconds: codeWindowSeconds,
    message: 'Too many wrong codes. Use a recovery code, or try again later.',
  });
  const mails = byAddress(
    'mail-from',
    settings.mailsPerAddress,
    'Too many mails were asked for from where you are. Try again later.',
  );
  const ownMails = createThrottle(redis, logger, {
    name: 'mail-for',
    points: settings.mailsPerAccount,
    withinSeconds: accountWindowSeconds,
    message: 'Too many mails were asked for. Look for those that were sent, or try again later.',
  });
  const links = byAddress(
    'link-from',
    settings.linksPerAddress,
    'Too many links were tried from where you are. Try again later.',
  );
  const from = async (throttle: Throttle, { clientAddress }: Asker) => {
    if (clientAddress !== null) await throttle.admit(callerKeyOf(clientAddress));
  };
  return {
    admitSignUp: (asker) => from(signUps, asker),
    admitLogIn: (asker) => from(logIns, asker),
    admitAttempt: (name, found) => attempts.admit(attemptKeyOf(name, found)),
    async admitMail(asker, accountId) {
      await from(mails, asker);
      if (accountId !== null) await ownMails.admit(keyOf(accountId));
    },
    admitLink: (asker) => from(links, asker),
    forgetAttempts: ({ id }) => attempts.forget(keyOf(id)),
    admitCode: (accountId) => codes.admit(keyOf(accountId)),
    forgetCode: (accountId) => codes.giveBack(keyOf(accountId)),
  };
}

function attemptKeyOf(name: string, found: Credentials | null): string {
  return found ? keyOf(found.id) : `name ${name.replace(/^@/, '').toLowerCase()}`;
}

function keyOf(id: UserId): string {
  return `account ${id}`;
}
