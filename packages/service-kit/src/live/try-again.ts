import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveStreamLimits } from './limits.ts';
import { liveRetries } from './metrics.ts';

/**
 * Does something until it succeeds, later each time: what cannot be told right now is asked again.
 * @returns null once it is not wanted any more
 * @throws what it failed by last, when it has for `liveMaxWaitMs`
 */
export async function tryAgain<T>(
  task: () => Promise<T>,
  isWanted: () => boolean,
  limits: Pick<LiveStreamLimits, 'liveRetryMs' | 'liveMostRetryMs' | 'liveMaxWaitMs'>,
): Promise<T | null> {
  const begunMs = performance.now();
  for (let waitMs = limits.liveRetryMs; isWanted(); waitMs = Math.min(2 * waitMs, limits.liveMostRetryMs)) {
    try {
      return await task();
    } catch (error) {
      if (performance.now() - begunMs >= limits.liveMaxWaitMs) throw error;
      liveRetries.inc();
      await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { ref: false });
    }
  }
  return null;
}
