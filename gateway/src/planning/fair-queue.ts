import { PlanFailure } from './plan-failure.ts';

export interface FairQueueOptions {
  /** Jobs that run at a time. */
  readonly concurrency: number;
  /** Jobs that may wait, of all callers together. */
  readonly maxWaiting: number;
}

export interface FairQueue {
  /** Runs a job when it is its caller's turn. Rejects with a PlanFailure when there is no room, or the signal aborts first. */
  run<T>(caller: string, signal: AbortSignal, job: () => Promise<T>): Promise<T>;
  waiting(): number;
}

type Start = () => void;

/** Callers take turns, so that one who asks much waits for himself and not others for him. */
export function createFairQueue({ concurrency, maxWaiting }: FairQueueOptions): FairQueue {
  /** In the order of turns: who was served goes to the end. */
  const callers = new Map<string, Set<Start>>();
  let running = 0;
  let waiting = 0;

  function leave(caller: string, start: Start): void {
    const own = callers.get(caller);
    if (!own?.delete(start)) return;
    waiting--;
    if (own.size === 0) callers.delete(caller);
  }

  function next(): void {
    while (running < concurrency) {
      const [turn] = callers;
      const [start] = turn?.[1] ?? [];
      if (!turn || !start) return;
      const [caller, own] = turn;
      leave(caller, start);
      if (callers.delete(caller)) callers.set(caller, own);
      running++;
      start();
    }
  }

  function enqueue(caller: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(gone());
    if (waiting >= maxWaiting) return Promise.reject(new PlanFailure('busy', `${waiting} operations wait`));
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = () => {
        leave(caller, start);
        reject(gone());
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const own = callers.get(caller) ?? new Set();
      callers.set(caller, own.add(start));
      waiting++;
      next();
    });
  }

  return {
    waiting: () => waiting,
    async run(caller, signal, job) {
      await enqueue(caller, signal);
      try {
        return await job();
      } finally {
        running--;
        next();
      }
    },
  };
}

function gone(): PlanFailure {
  return new PlanFailure('cancelled', 'Nobody waits for the plan any more');
}
