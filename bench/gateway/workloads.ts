import { type Operation, operations, variablesFor } from './graph.ts';

export interface Workload {
  readonly operation: Operation;
  readonly variables: 'identical' | 'varied';
  readonly who: 'anonymous' | 'signed in';
}

export const workloads: readonly Workload[] = (['heavy', 'small'] as const).flatMap((operation) =>
  (['identical', 'varied'] as const).flatMap((variables) =>
    (['anonymous', 'signed in'] as const).map((who) => ({ operation, variables, who })),
  ),
);

export function nameOf({ operation, variables, who }: Workload): string {
  return `${operation}, ${variables}, ${who}`;
}

export function bodyOf(operation: Operation, i: number): string {
  return JSON.stringify({ query: operations[operation], variables: variablesFor(operation, i) });
}

/** The i-th request of a workload. */
export function requestsOf({ operation, variables, who }: Workload, tokens: readonly string[]) {
  const bodies = Array.from({ length: variables === 'varied' ? 60 : 1 }, (_, i) => bodyOf(operation, i));
  const signedIn = tokens.map((token) => ({ authorization: `Bearer ${token}` }));
  const anonymous = {};
  return {
    body: (i: number) => bodies[i % bodies.length] ?? '',
    headers: (i: number): Record<string, string> =>
      (who === 'signed in' ? signedIn[i % signedIn.length] : anonymous) ?? anonymous,
  };
}
