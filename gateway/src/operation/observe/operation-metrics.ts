import { createOperationTimer, outcomeOf } from '@murmuration/service-kit';
import type { Observe } from './observe.ts';

/**
 * Rate, errors and duration by operation name, of at most so many names at a time: clients choose them. Of a subscription
 * it is the time until it is open.
 */
export function operationMetrics(mostNames: number): Observe {
  const timer = createOperationTimer('gateway', { most: mostNames });
  return ({ endedAtMs, errors, isRefused, operation, startedAtMs }) => {
    // What was refused must not make a name.
    const label = operation && !isRefused ? timer.labelOf(operation.name) : 'refused';
    timer.observe(label, outcomeOf(errors), startedAtMs, endedAtMs);
  };
}
