import type { Measures } from './measure.ts';

export const pointLimits = { fieldsPerPoint: 100, mostPoints: 100 } as const;

/** One point, and one more for every hundred fields; what was refused before it was measured takes one. */
export function pointsOf(measures: Measures | undefined): number {
  if (!measures) return 1;
  return Math.min(1 + Math.floor(measures.fields / pointLimits.fieldsPerPoint), pointLimits.mostPoints);
}
