import type { UserId } from '@murmuration/ids';
import { callerKeyOf, type Logger, type RedisCache } from '@murmuration/service-kit';
import { createThrottle, type Throttle } from '@murmuration/service-kit/rate-limit';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import type { Credentials } from './repository.ts';
import {
  accountWindowSeconds,
  type AccountSettings,
  addressWindowSeconds,
  codeWindowSeconds,
} from './settings.ts';

export const logInLimits = { attempts: 10, withinSeconds: 15 * 60 } as const;

/** Who is counted by where they are, and told how they stand. */
type Caller = Pick<RequestContext, 'clientAddress' | 'extensions'>;

/**
 * How often anybody may try to come in. While Redis is away each process counts alone (see `Throttle`): guessing must never
 * be free, and nobody is shut out by a cache.
 */
export interface EntryLimits {
  /** @throws UserErrors `RateLimited` when too many signed up from the caller's address */
  admitSignUp(caller: Caller): Promise<void>;
  /** @throws UserErrors `RateLimited` when too many tried to sign in from the caller's address */
  admitLogIn(caller: Caller): Promise<void>;
  /**
   * Ten attempts an account, by whatever spelling of whichever of its names; where nobody has it, by the name. How many are
   * left is told to nobody: it would tell that two names are one account's.
   * @throws UserErrors `RateLimited`
   */
  admitAttempt(name: string, found: Credentials | null): Promise<void>;
  /**
   * That a mail may be asked for: so many from one address, and so many for one account where it is known.
   * @throws UserErrors `RateLimited`
   */
  admitMail(caller: Caller, accountId: UserId | null): Promise<void>;
  /** @throws UserErrors `RateLimited` when too many links were tried from the caller's address */
  admitLink(caller: Caller): Promise<void>;
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
    'sign-ups',
    settings.signUpsPerAddress,
    'Too many people signed up from where you are. Try again later.',
  );
  const logIns = byAddress(
    'log-ins',
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
    'mails',
    settings.mailsPerAddress,
    'Too many mails were asked for from where you are. Try again later.',
  );
  const ownMails = createThrottle(redis, logger, {
    name: 'own-mails',
    points: settings.mailsPerAccount,
    withinSeconds: accountWindowSeconds,
    message: 'Too many mails were asked for. Look for those that were sent, or try again later.',
  });
  const links = byAddress(
    'links',
    settings.linksPerAddress,
    'Too many links were tried from where you are. Try again later.',
  );
  const from = async (throttle: Throttle, caller: Caller) => {
    const { clientAddress } = caller;
    if (clientAddress !== null) await throttle.admit(callerKeyOf(clientAddress), caller);
  };
  return {
    admitSignUp: (caller) => from(signUps, caller),
    admitLogIn: (caller) => from(logIns, caller),
    admitAttempt: (name, found) => attempts.admit(attemptKeyOf(name, found)),
    async admitMail(caller, accountId) {
      await from(mails, caller);
      if (accountId !== null) await ownMails.admit(keyOf(accountId), caller);
    },
    admitLink: (caller) => from(links, caller),
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
