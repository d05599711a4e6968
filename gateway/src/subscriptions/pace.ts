/** Spreads what many want to do at once: how long the next one has to wait, in milliseconds. */
export type Pace = () => number;

/** At most so many a millisecond, each in its turn; whoever comes alone does not wait. */
export function createPace(perMs: number): Pace {
  let nextAtMs = 0;
  return () => {
    const nowMs = performance.now();
    const atMs = Math.max(nowMs, nextAtMs);
    nextAtMs = atMs + 1 / perMs;
    return atMs - nowMs;
  };
}
