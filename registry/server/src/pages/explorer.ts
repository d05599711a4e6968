import { LRUCache } from 'lru-cache';
import type { Explored } from '../explore/explored.ts';
import type { Graph } from '../graphs.ts';
import type { Work } from '../work/work.ts';

export const explorerLimits = {
  /** Graphs whose schema is kept ready. */
  graphs: 20,
  /** How old the use that is shown may be. */
  ageMs: 5_000,
} as const;

/** The schema with its use, read anew after some seconds; whoever comes meanwhile waits for the same. */
export function createExplorer(work: Work, days: number): (graph: Graph) => Promise<Explored | undefined> {
  const kept = new LRUCache<number, Promise<Explored | undefined>>({
    max: explorerLimits.graphs,
    ttl: explorerLimits.ageMs,
  });
  return (graph) => {
    const known = kept.get(graph.id);
    if (known) return known;
    const asked = work.run({ kind: 'explore', graphId: graph.id, days });
    kept.set(graph.id, asked);
    asked.catch(() => kept.delete(graph.id));
    return asked;
  };
}
