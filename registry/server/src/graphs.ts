import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { LRUCache } from 'lru-cache';

/** A graph as the database knows it. */
export interface Graph {
  readonly id: number;
  readonly name: string;
}

export const graphLimits = {
  /** Letters, digits and `-_.`, so that a name stands in an address as it is. */
  name: /^[A-Za-z0-9][\w.-]{0,62}$/,
  /** Remembered at a time. */
  remembered: 1_000,
} as const;

export interface Graphs {
  /** The graph of this name, if there is one. */
  find(name: string): Promise<Graph | undefined>;
  /** The same; one that is not there is made. */
  ensure(name: string): Promise<Graph>;
}

/** Graphs by name. A graph's id never changes, so it is asked for once. */
export function createGraphs(database: RegistryDatabase): Graphs {
  const known = new LRUCache<string, Graph>({ max: graphLimits.remembered });
  async function find(name: string): Promise<Graph | undefined> {
    const remembered = known.get(name);
    if (remembered || !graphLimits.name.test(name)) return remembered;
    const row = await database.graph.findUnique({ where: { name }, select: { id: true, name: true } });
    if (row) known.set(name, row);
    return row ?? undefined;
  }
  return {
    find,
    async ensure(name) {
      if (!graphLimits.name.test(name))
        throw new Error(
          `"${name}" is not a graph's name: letters, digits, "-", "_" and "." only, at most 63.`,
        );
      const known = await find(name);
      if (known) return known;
      await database.$executeRaw`INSERT INTO graph (name) VALUES (${name}) ON CONFLICT DO NOTHING`;
      const graph = await find(name);
      if (!graph) throw new Error(`The graph ${name} could not be made.`);
      return graph;
    },
  };
}
