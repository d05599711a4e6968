import { createBoundedLabel, type LabelLimits } from './labels.ts';
import { bindLabels, operationDuration } from './metrics.ts';
import type { OperationOutcome } from './outcome.ts';

export interface OperationTimer {
  /** The label of an operation's name, as clients chose it: bounded in number and length. */
  labelOf(name: string | null | undefined): string;
  /** Counts an operation that began at `startedAtMs` of `performance.now()` and has just ended, or did at `endedAtMs`. */
  observe(label: string, outcome: OperationOutcome, startedAtMs: number, endedAtMs?: number): void;
}

/** Rate, outcomes and duration of operations by name. A name that lost its place takes its series with it. */
export function createOperationTimer(service: string, limits?: Partial<LabelLimits>): OperationTimer {
  const durationOf = bindLabels(operationDuration);
  const labelOf = createBoundedLabel(limits, (name) => {
    for (const outcome of ['ok', 'refused', 'error'] as const) durationOf.forget(service, name, outcome);
  });
  return {
    labelOf,
    observe: (label, outcome, startedAtMs, endedAtMs = performance.now()) =>
      durationOf(service, label, outcome).observe((endedAtMs - startedAtMs) / 1_000),
  };
}
