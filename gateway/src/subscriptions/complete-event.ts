import { setTimeout as sleep } from 'node:timers/promises';
import type { Completed } from './completed.ts';
import type { LiveLimits } from './limits.ts';
import { liveEventRetries } from './metrics.ts';

export type PatienceLimits = Pick<LiveLimits, 'eventMaxWaitMs' | 'eventRetryMs' | 'eventMostRetryMs'>;

/**
 * Completes an event again, and later each time, while a part of it is away: an event without its content is
 * not an event. After `eventMaxWaitMs`, or once it is not waited for any more, what it lacks is the answer.
 * @param first what the first attempt, begun at `begunMs`, came to
 */
export async function completePatiently(
  { begunMs, first }: { begunMs: number; first: Completed },
  attempt: () => Completed | Promise<Completed>,
  isWaitedFor: () => boolean,
  limits: PatienceLimits,
): Promise<Completed> {
  let outcome = first;
  for (let waitMs = limits.eventRetryMs; ; waitMs = Math.min(2 * waitMs, limits.eventMostRetryMs)) {
    const isOver = performance.now() - begunMs >= limits.eventMaxWaitMs;
    if (outcome.missing !== 'away' || isOver || !isWaitedFor()) return outcome;
    liveEventRetries.inc();
    // With jitter: those who heard the same event would all ask again at once.
    await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { ref: false });
    if (!isWaitedFor()) return outcome;
    outcome = await attempt();
  }
}
