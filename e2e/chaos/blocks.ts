import { setTimeout as sleep } from 'node:timers/promises';
import { inWorld } from './live/world.ts';
import type { ChaosOptions, ChaosResult } from './scenario.ts';

/**
 * Everybody blocks and mutes somebody again and again while all of them post a lot. Nothing said after the
 * acknowledgement comes, and what was said before no later than a second after it.
 */
export async function blocks(options: ChaosOptions): Promise<ChaosResult> {
  const { people = 20, seconds } = options;
  const world = {
    ...options,
    people,
    streams: 2,
    postsPerSecond: 40,
    deletes: 0.2,
    hidden: 1,
    hiddenMs: 500,
    isSettled: false,
  };
  return inWorld(world, () => sleep(seconds * 1_000));
}
