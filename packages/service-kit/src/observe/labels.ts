/** The value of a label that has no room for another, or that a value is too long for. */
export const otherLabel = 'other';

export interface LabelLimits {
  /** Values at a time. */
  most: number;
  /** Characters of a value. */
  longest: number;
  /** How long a value must have rested, in milliseconds, before another takes its place. */
  restMs: number;
}

/** Names of operations: with them all at their longest a histogram of three outcomes takes 1.3 MB of a scrape. */
export const labelLimits: LabelLimits = { most: 150, longest: 64, restMs: 60_000 };

/**
 * Bounds the values of a label that comes from outside, e.g. operation names: each value of a Prometheus
 * label is kept for ever. Where there is no room, a new value takes the place of the one that has rested longest, if it
 * has for `restMs`, and is `other` until then: names made up by the thousand neither grow the list nor keep the names
 * of real operations out of it for long.
 *
 * @param onForget called with a value that lost its place: drop what is kept under it
 * @returns the label of a value: itself, `anonymous` when there is none, or `other`
 */
export function createBoundedLabel(
  limits: Partial<LabelLimits> = {},
  onForget: (value: string) => void = () => undefined,
): (value: string | null | undefined) => string {
  const { longest, most, restMs } = { ...labelLimits, ...limits };
  // In the order of their last use.
  const usedAtMs = new Map<string, number>();

  function makeRoom(nowMs: number): boolean {
    if (usedAtMs.size < most) return true;
    const [oldest] = usedAtMs;
    if (!oldest || nowMs - oldest[1] < restMs) return false;
    usedAtMs.delete(oldest[0]);
    onForget(oldest[0]);
    return true;
  }

  return (value) => {
    if (!value) return 'anonymous';
    if (value.length > longest) return otherLabel;
    const nowMs = performance.now();
    if (!usedAtMs.delete(value) && !makeRoom(nowMs)) return otherLabel;
    usedAtMs.set(value, nowMs);
    return value;
  };
}
