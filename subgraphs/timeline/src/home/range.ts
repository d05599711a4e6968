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
