import type { Fault } from './faults.ts';

export interface TurnLimits {
  /** At a time … */
  readonly running: number;
  /** … and how many may wait for that. */
  readonly waiting: number;
}

/**
 * So many at a time; whoever comes when too many wait is turned away.
 * @throws what `tooMany` makes
 */
export function createTurns(limits: TurnLimits, tooMany: () => Fault) {
  let busy = 0;
  const queue: (() => void)[] = [];
  return async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    if (busy >= limits.running) {
      if (queue.length >= limits.waiting) throw tooMany();
      await new Promise<void>((resolve) => queue.push(resolve));
    } else busy++;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      // The place goes on to who waits.
      if (next) next();
      else busy--;
    }
  };
}
