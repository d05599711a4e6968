/** Tells whether one more message may be taken. */
export type MessageRate = () => boolean;

/** A bucket of two seconds' messages, which fills again by the rate: a burst at the start is usual, a flood is not. */
export function createMessageRate(
  perSecond: number,
  now: () => number = () => performance.now(),
): MessageRate {
  const most = 2 * perSecond;
  let left = most;
  let atMs = now();
  return () => {
    const nowMs = now();
    left = Math.min(most, left + ((nowMs - atMs) * perSecond) / 1_000);
    atMs = nowMs;
    if (left < 1) return false;
    left--;
    return true;
  };
}
