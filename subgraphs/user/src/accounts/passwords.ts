import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { accountDefaults } from './settings.ts';
import { createTurns, type Lane, type TurnLimits, type Turns } from './turns.ts';

/** Each hash takes a core and 19 MiB for some 20 ms. */
export const hashesAtOnce = Math.max(1, availableParallelism() - 1);

const defaultLimits: TurnLimits = {
  concurrent: hashesAtOnce,
  maxWaiting: accountDefaults.passwordMaxWaiting,
  maxWaitMs: accountDefaults.passwordMaxWaitMs,
};

/** `outdated`: right, but kept by a rule of before; whoever sees it stores a new hash. */
export type Verdict = 'right' | 'outdated' | 'wrong';

export interface Passwords extends Pick<Turns, 'refuseWhileFull'> {
  /** @throws UserErrors `RateLimited`, see `Turns` */
  hash(lane: Lane, password: string, signal: AbortSignal): Promise<string>;
  /**
   * Takes as long for an unknown account (`null`) as for a wrong password.
   * @throws UserErrors `RateLimited`, see `Turns`
   */
  verify(stored: string | null, password: string, signal: AbortSignal): Promise<Verdict>;
}

/** argon2id with the library's defaults, which are OWASP's (19 MiB, 2 passes), never more at once than told. */
export function createPasswords(limits: Partial<TurnLimits> = {}): Passwords {
  const turns = createTurns({ ...defaultLimits, ...limits });
  // Made before anybody asks, or the first unknown name would take twice as long as all others.
  const decoy = hash('nobody has this password');
  return {
    refuseWhileFull: turns.refuseWhileFull,
    hash: (lane, password, signal) => turns.take(lane, signal, () => hashPassword(password)),
    async verify(stored, password, signal) {
      const against = stored ?? (await decoy);
      const normal = normalisePassword(password);
      // Hashes of before were made of the text as it was typed.
      for (const form of new Set([normal, password])) {
        const isRight = await turns.take('logIn', signal, () => verify(against, form));
        if (stored !== null && isRight) return form === normal ? 'right' : 'outdated';
      }
      return 'wrong';
    },
  };
}

/** Without waiting for a turn: for seeds and commands, not for requests. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalisePassword(password));
}

/**
 * The same password from every keyboard: composed, every blank a space, as the OpaqueString profile of RFC 8265
 * maps them. Nothing is refused by it: a password is for nobody to read.
 */
export function normalisePassword(password: string): string {
  return password.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC');
}
