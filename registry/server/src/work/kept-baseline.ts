import { type ComposeBaseline, composeBaseline, contractsBefore } from '@murmuration/registry/server';

/**
 * Composes what checks compare with, and keeps the last: most checks are compared with the head, which stays the same for
 * days. A version never changes, so its name and its contracts say which it is.
 */
export function keepBaseline(): (graphId: number) => ComposeBaseline {
  let kept: { key: string; side: ReturnType<ComposeBaseline> } | undefined;
  return (graphId) => (baseline, today, candidate) => {
    const key = JSON.stringify([graphId, baseline.label, contractsBefore(baseline, today)]);
    if (kept?.key === key) return kept.side;
    // Two of a large graph would be too much for the thread.
    kept = undefined;
    const side = composeBaseline(baseline, today, candidate);
    kept = { key, side };
    return side;
  };
}
