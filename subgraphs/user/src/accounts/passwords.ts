import { availableParallelism } from 'node:os';
import { UserErrors } from '@murmuration/service-kit';
import { hash, verify } from '@node-rs/argon2';

export const passwordLimits = {
  /** Hashes computed at once: each takes a core and 19 MiB for some 20 ms. */
  concurrent: Math.max(1, availableParallelism() - 1),
  /** Callers that wait for a turn; beyond them the answer is `RateLimited` at once. */
  waiting: 100,
} as const;

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long for an unknown account (`null`) as for a wrong password. */
  verify(stored: string | null, password: string): Promise<boolean>;
}

/** argon2id with the library's defaults, which are OWASP's (19 MiB, 2 passes), never more at once than told. */
export function createPasswords(limits: { concurrent: number; waiting: number } = passwordLimits): Passwords {
  const inTurn = createTurns(limits);
  // Made before anybody asks, or the first unknown name would take twice as long as all others.
  const decoy = hash('nobody has this password');
  return {
    hash: (password) => inTurn(() => hash(password)),
    async verify(stored, password) {
      const against = stored ?? (await decoy);
      const isRight = await inTurn(() => verify(against, password));
      return stored !== null && isRight;
    },
  };
}

function createTurns(limits: { concurrent: number; waiting: number }) {
  const queue: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= limits.concurrent) {
      if (queue.length >= limits.waiting) throw tooBusy();
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  };
}

function tooBusy(): UserErrors {
  return new UserErrors({
    __typename: 'RateLimited',
    message: 'Too many people sign in just now.',
    retryAfter: 2,
  });
}
