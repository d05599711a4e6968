import { rateLimited, type UserErrors } from '@murmuration/service-kit';

/** Who comes first: those who have an account never wait for those who want one. */
const lanes = ['logIn', 'signUp'] as const;
export type Lane = (typeof lanes)[number];

export interface TurnLimits {
  /** Pieces of work done at once, of all lanes together. */
  concurrent: number;
  /** Callers that wait in one lane; beyond them the answer is `RateLimited` at once. */
  maxWaiting: number;
  /** After this long a caller still waiting is answered `RateLimited`. */
  maxWaitMs: number;
}

/** Work that takes a core: so much at once, the rest in lanes, each bounded in number and in time. */
export interface Turns {
  /**
   * Before anything is done for a caller who could only be turned away.
   * @throws UserErrors `RateLimited` while nobody more may wait in the lane
   */
  refuseWhileFull(lane: Lane): void;
  /**
   * Waits for a turn, then works. A caller that leaves gives its place up; one that leaves while the work is done
   * gets nothing of it, so that nothing is begun for nobody.
   * @throws UserErrors `RateLimited` when the lane is full, the wait too long, or the caller gone
   */
  take<T>(lane: Lane, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

export function createTurns({ concurrent, maxWaiting, maxWaitMs }: TurnLimits): Turns {
  const waiting: Record<Lane, Set<() => void>> = { logIn: new Set(), signUp: new Set() };
  let running = 0;

  function wait(lane: Lane, signal: AbortSignal): Promise<void> {
    const queue = waiting[lane];
    if (queue.size >= maxWaiting) throw tooBusy();
    return new Promise((resolve, reject) => {
      const leave = () => {
        queue.delete(begin);
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      };
      const begin = () => {
        leave();
        resolve();
      };
      const giveUp = () => {
        leave();
        reject(tooBusy());
      };
      const timer = setTimeout(giveUp, maxWaitMs);
      signal.addEventListener('abort', giveUp, { once: true });
      queue.add(begin);
    });
  }

  /** Hands the turn on, or gives it back. */
  function passOn(): void {
    for (const lane of lanes) {
      const [begin] = waiting[lane];
      if (begin) return begin();
    }
    running--;
  }

  return {
    refuseWhileFull(lane) {
      if (running >= concurrent && waiting[lane].size >= maxWaiting) throw tooBusy();
    },
    async take(lane, signal, work) {
      if (signal.aborted) throw tooBusy();
      if (running < concurrent) running++;
      else await wait(lane, signal);
      try {
        const result = await work();
        if (signal.aborted) throw tooBusy();
        return result;
      } finally {
        passOn();
      }
    },
  };
}

function tooBusy(): UserErrors {
  return rateLimited(2, 'Too many people sign in just now.', { code: 'BUSY' });
}
