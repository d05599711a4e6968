import { labelsFor } from '../planning/override-labels.ts';
import type { Generation } from '../planning/types.ts';
import type { EdgeContext } from './context.ts';

const none: readonly string[] = [];

/** Which `@override(label:)` labels are on for a request: those of the setting, and its share of `percent(n)`. */
export function labelsOf(
  { overrideLabels }: Generation,
  context: EdgeContext,
  always: readonly string[],
): readonly string[] {
  if (overrideLabels.length === 0) return none;
  const byShare = new Set(labelsFor(context, overrideLabels));
  return overrideLabels.filter((label) => byShare.has(label) || always.includes(label));
}
