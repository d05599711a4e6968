import type { Job } from './jobs.ts';

/**
 * What goes first: what gateways wait for, then what changes something, then what only asks. A flood of checks holds up neither a
 * rollback nor a gateway.
 */
const ranks = {
  variant: 0,
  trusted: 0,
  publish: 1,
  rollBack: 1,
  trust: 1,
  check: 2,
  usage: 2,
  compare: 2,
  explore: 2,
} as const satisfies Record<Job['kind'], number>;

export interface LineLimits {
  /** Of each rank. */
  maxWaiting: number;
  /** The same, of one graph. */
  maxWaitingOfGraph: number;
}

export interface Line<One> {
  /** Whether there was room for it. */
  join(one: One): boolean;
  next(): One | undefined;
  /** Whether it was still waiting. */
  leave(one: One): boolean;
  length(): number;
}

/** Jobs that wait: by rank, and within one the graphs in turn, so that one with many holds up nobody else's. */
export function createLine<One extends { readonly job: Job }>(limits: LineLimits): Line<One> {
  // Graphs in the order in which it is their turn.
  const lines = Array.from({ length: 1 + Math.max(...Object.values(ranks)) }, () => new Map<number, One[]>());
  const lineOf = ({ job }: One) => lines[ranks[job.kind]] as Map<number, One[]>;
  const lengthOf = (line: Map<number, One[]>) => line.values().reduce((sum, { length }) => sum + length, 0);

  return {
    join(one) {
      const line = lineOf(one);
      const own = line.get(one.job.graphId) ?? [];
      if (own.length >= limits.maxWaitingOfGraph || lengthOf(line) >= limits.maxWaiting) return false;
      own.push(one);
      line.set(one.job.graphId, own);
      return true;
    },
    next() {
      for (const line of lines)
        for (const [graphId, own] of line) {
          const one = own.shift();
          line.delete(graphId);
          if (own.length > 0) line.set(graphId, own);
          return one;
        }
      return undefined;
    },
    leave(one) {
      const line = lineOf(one);
      const own = line.get(one.job.graphId) ?? [];
      const at = own.indexOf(one);
      if (at === -1) return false;
      own.splice(at, 1);
      if (own.length === 0) line.delete(one.job.graphId);
      return true;
    },
    length: () => lines.reduce((sum, line) => sum + lengthOf(line), 0),
  };
}
