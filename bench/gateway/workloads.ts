import { type Operation, operations, variablesFor } from './graph.ts';

export interface Workload {
  readonly operation: Operation;
  readonly variables: 'identical' | 'varied';
  /** `each their own`: every request comes with a token that no other has, nor had. */
  readonly who: 'anonymous' | 'signed in' | 'each their own';
  /** Added to every call of a subgraph, as a network would. */
  readonly subgraphDelayMs?: number;
  /** At a time; else what `--connections` says. */
  readonly connections?: number;
  /** So many connections more come for the middle third of the time, all at once. */
  readonly burst?: number;
}

const known: readonly Workload[] = (['heavy', 'small'] as const).flatMap((operation) =>
  (['identical', 'varied'] as const).flatMap((variables) =>
    (['anonymous', 'signed in'] as const).map((who) => ({ operation, variables, who })),
  ),
);

/** Nothing that two requests could share, and what a network and a crowd add to that. */
const honest: readonly Workload[] = (['heavy', 'small'] as const).flatMap((operation) => {
  const unshared = { operation, variables: 'varied', who: 'each their own' } as const;
  return [
    unshared,
    { ...unshared, subgraphDelayMs: 4, connections: 50 },
    { ...unshared, connections: 50, burst: 450 },
  ];
});

export const workloads: readonly Workload[] = [...known, ...honest];

export function nameOf({ operation, variables, who, subgraphDelayMs, burst }: Workload): string {
  const more = [subgraphDelayMs && `+${subgraphDelayMs} ms`, burst && 'burst'].filter(Boolean);
  return [operation, variables, who, ...more].join(', ');
}

export function isHonest(workload: Workload): boolean {
  return honest.includes(workload);
}

export function bodyOf(operation: Operation, i: number): string {
  return JSON.stringify({ query: operations[operation], variables: variablesFor(operation, i) });
}

/** Every body of a workload; they come in turns. */
export function bodiesOf({ operation, variables }: Workload): string[] {
  return Array.from({ length: variables === 'varied' ? 60 : 1 }, (_, i) => bodyOf(operation, i));
}
