import type { LiveSettings } from './settings.ts';

/**
 * How long to wait before attempt `attempt` (from 0): any part of a bound that doubles. Full jitter, so that those who
 * were cut off in one moment do not come back in one.
 */
export function backOffMs(
  attempt: number,
  { firstWaitMs, longestWaitMs }: Pick<LiveSettings, 'firstWaitMs' | 'longestWaitMs'>,
  random: () => number = Math.random,
): number {
  return random() * Math.min(longestWaitMs, firstWaitMs * 2 ** attempt);
}
