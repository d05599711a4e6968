import type { ApolloServerPlugin } from '@apollo/server';
import { bindLabels, operationDuration, outcomeOf } from '@murmuration/service-kit';
import type { EdgeContext } from '../context.ts';

/** Clients choose the names, so only so many become labels; the rest share one. */
const longestList = 500;

/** Rate, errors and duration by operation name. */
export function operationMetrics(): ApolloServerPlugin<EdgeContext> {
  const names = new Set<string>();
  const durationOf = bindLabels(operationDuration);
  const labelOf = (name: string | null | undefined): string => {
    if (!name) return 'anonymous';
    if (names.has(name)) return name;
    if (names.size >= longestList) return 'other';
    names.add(name);
    return name;
  };
  return {
    async requestDidStart() {
      const startedAtMs = performance.now();
      return {
        async willSendResponse({ operation, operationName, errors }) {
          // What was refused before it had a name must not make one.
          const label = operation ? labelOf(operationName) : 'refused';
          durationOf('gateway', label, outcomeOf(errors)).observe((performance.now() - startedAtMs) / 1_000);
        },
      };
    },
  };
}
