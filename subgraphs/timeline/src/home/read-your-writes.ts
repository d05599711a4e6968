import type { InternalKey } from '@murmuration/config';
import { readPosition } from '@murmuration/events';
import { feedNames } from '../feeds.ts';
import type { PositionWait } from '../pages/service.ts';
import type { CursorWatch } from './cursor-watch.ts';
import { positionWaitDuration, positionWaits } from './metrics.ts';

/**
 * A reader sees what they wrote: ingest is at most moments behind, and their own posts and follows need no
 * fan-out. A position is only a hint: one that was not made here is counted, and no error. Who waited in vain is told that
 * the answer may be behind it.
 */
export function createPositionWait(options: {
  keys: readonly InternalKey[];
  watch: CursorWatch;
}): PositionWait {
  const { keys, watch } = options;
  return async ({ extensions, position }) => {
    if (position === null) return;
    const { places, refused } = readPosition(keys, position);
    const consumed = new Map([...places].filter(([feed]) => feedNames.some((name) => name === feed)));
    positionWaits.labels('refused').inc(refused + places.size - consumed.size);
    if (consumed.size === 0) return;
    const startedAtMs = performance.now();
    const outcome = await watch.reach(consumed);
    positionWaits.labels(outcome).inc();
    if (outcome === 'timed_out' || outcome === 'stale') extensions['behind'] = true;
    if (outcome !== 'known') positionWaitDuration.observe((performance.now() - startedAtMs) / 1_000);
  };
}
