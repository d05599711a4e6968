import { idAt, timeOf } from '@murmuration/ids';

/** A stretch of a timeline, both ends exclusive, and the end to begin at. */
export interface Range {
  low: bigint;
  high: bigint;
  order: 'newest' | 'oldest';
}

/** Above every id. */
export const highest = (1n << 63n) - 1n;

/** What is left of a range behind an id that was read; null when nothing is. */
export function restOf(range: Range, last: bigint): Range | null {
  const rest = range.order === 'newest' ? { ...range, high: last } : { ...range, low: last };
  return rest.high - rest.low > 1n ? rest : null;
}

/** Puts ids in a range's order, each once, at most `count`. */
export function inOrder(ids: readonly bigint[], range: Range, count: number): bigint[] {
  const sign = range.order === 'newest' ? -1 : 1;
  const within = ids.filter((id) => id > range.low && id < range.high);
  return [...new Set(within)].sort((a, b) => sign * (a < b ? -1 : a > b ? 1 : 0)).slice(0, count);
}

/**
 * The stretch of so much time at which a range begins, and what is left of the range behind it; null when nothing is. From
 * the highest id on it goes back from now.
 */
export function stretchOf(range: Range, ms: number): { stretch: Range; rest: Range | null } {
  if (range.order === 'newest') {
    const beginsMs = range.high === highest ? Date.now() : timeOf(range.high);
    const low = idAtOrZero(beginsMs - ms);
    return low > range.low
      ? { stretch: { ...range, low }, rest: { ...range, high: low + 1n } }
      : { stretch: range, rest: null };
  }
  const high = idAtOrZero(timeOf(range.low) + ms);
  return high < range.high
    ? { stretch: { ...range, high }, rest: { ...range, low: high - 1n } }
    : { stretch: range, rest: null };
}

/** Time begins with the first id. */
function idAtOrZero(atMs: number): bigint {
  return atMs <= timeOf(0n) ? 0n : idAt(atMs);
}
