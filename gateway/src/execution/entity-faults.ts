import type { EntityFetch } from './compile-fetch.ts';
import type { Path } from './path.ts';
import type { Consumer, Fault, RunState } from './run-state.ts';
import type { SubgraphError } from './types.ts';

/** `[alias, i, …]` is wherever representation i came from; anything else is above them all. */
export function placeEntityError(answer: SubgraphError, consumers: readonly Consumer[]): void {
  const [alias, index, ...rest] = answer.path ?? [];
  for (const { fetch, set, route, places, state } of consumers) {
    if (alias !== undefined && alias !== set.alias) continue;
    if (typeof index !== 'number') {
      fault(state, fetch, route.prefix, { answer });
      continue;
    }
    const located = route.locate(state.data);
    places.forEach((place, i) => {
      if (place === index) fault(state, fetch, [...(located[i] ?? []), ...rest], { answer });
    });
  }
}

export function placeEntityFailure(failure: unknown, consumers: readonly Consumer[]): void {
  for (const { fetch, route, state } of consumers) fault(state, fetch, route.prefix, { failure });
}

function fault(state: RunState, { subgraph, renamed }: EntityFetch, path: Path, cause: Fault['cause']): void {
  state.faults.push({ subgraph, path, renamed, cause });
}
