/** The value of a label whose list is full. */
export const otherLabel = 'other';

/**
 * Bounds the values of a label that comes from outside, e.g. operation names: each value of a Prometheus
 * label is kept for ever, so after the first `most` different ones the rest share one.
 */
export function createBoundedLabel(most = 500, longest = 100): (value: string | null | undefined) => string {
  const known = new Set<string>();
  return (value) => {
    if (!value) return 'anonymous';
    if (known.has(value)) return value;
    if (known.size >= most || value.length > longest) return otherLabel;
    known.add(value);
    return value;
  };
}
