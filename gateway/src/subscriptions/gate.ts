import type { CancelSignal } from '../execution/cancel.ts';
import { createFairQueue } from '../execution/fetch/fair-queue.ts';

/** Lets so many tasks run at a time; callers take turns at the places that become free. */
export interface Gate {
  /** @throws Error when the caller leaves before the task's turn: it is then never run */
  <T>(caller: string, task: () => Promise<T>, signal?: CancelSignal | undefined): Promise<T>;
}

/**
 * One gate for all subscriptions of the process: an event that thousands hear asks other subgraphs thousands of
 * times, and must neither overrun the limits to them nor push aside what people wait for in a query. What waits
 * is bounded by each subscription's own queue.
 */
export function createGate(max: number): Gate {
  const waiting = createFairQueue<() => void>();
  let running = 0;

  function turnOf(caller: string, signal: CancelSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (waiting.remove(caller, start)) reject(new Error('the caller left'));
      };
      const start = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      waiting.push(caller, start);
      signal?.addEventListener('abort', leave, { once: true });
      if (signal?.aborted) leave();
    });
  }

  return async (caller, task, signal) => {
    // Whoever ends hands its place on.
    if (running < max) running++;
    else await turnOf(caller, signal);
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
