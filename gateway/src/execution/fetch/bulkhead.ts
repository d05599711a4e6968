import { FetchFailure } from '../errors.ts';
import type { Call, Exchange } from './exchange.ts';
import { createFairQueue } from './fair-queue.ts';
import type { SubgraphLimits } from './settings.ts';

type Limits = Pick<SubgraphLimits, 'maxConcurrent' | 'maxQueued'>;

/** At most so many requests to a subgraph at once, so that a slow one cannot hold all of the process's memory; callers take turns. */
export function withBulkhead(next: Exchange, { maxConcurrent, maxQueued }: Limits): Exchange {
  const waiting = createFairQueue<() => void>();
  let running = 0;

  function release(): void {
    running--;
    waiting.shift()?.();
  }

  function enter({ deadline, request, signal }: Call): Promise<void> {
    const { caller = '' } = request.context;
    return new Promise((resolve, reject) => {
      const start = () => {
        leave();
        running++;
        resolve();
      };
      const giveUp = (failure: FetchFailure) => {
        waiting.remove(caller, start);
        leave();
        reject(failure);
      };
      const cancel = () => giveUp(new FetchFailure('CANCELLED', 'Left the queue'));
      const waitMs = Math.min(deadline - performance.now(), 2 ** 31 - 1);
      const timer = setTimeout(
        () => giveUp(new FetchFailure('DEADLINE', 'Waited too long in the queue')),
        waitMs,
      );
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      waiting.push(caller, start);
      if (signal?.aborted) cancel();
    });
  }

  return async (call) => {
    if (running < maxConcurrent) running++;
    else if (waiting.size >= maxQueued) {
      throw new FetchFailure(
        'OVERLOADED',
        `${waiting.size} requests wait for ${call.request.subgraph} already`,
      );
    } else await enter(call);
    try {
      return await next(call);
    } finally {
      release();
    }
  };
}
