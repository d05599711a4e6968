import type { CompiledFetch } from './compile-fetch.ts';
import { FetchFailure } from './errors.ts';
import type { RunState } from './run-state.ts';
import type { SubgraphResponse } from './types.ts';

/** Hands one request to the fetcher, unless nobody could use the answer any more. */
export function send(
  fetch: CompiledFetch,
  variablesJson: string,
  state: RunState,
): Promise<SubgraphResponse> {
  const { context, signal } = state.args;
  if (signal?.aborted) return Promise.reject(new FetchFailure('CANCELLED', 'The caller left'));
  if (performance.now() >= context.deadline) {
    return Promise.reject(
      new FetchFailure('DEADLINE', `The deadline passed before asking ${fetch.subgraph}`),
    );
  }
  const answer = state.fetcher.fetch({
    subgraph: fetch.subgraph,
    url: fetch.url,
    query: fetch.query,
    operationName: fetch.operationName,
    variablesJson,
    body: `${fetch.bodyPrefix}${variablesJson}}`,
    kind: fetch.kind,
    context,
    signal,
  });
  const heard = context.onExtensions;
  if (!heard) return answer;
  return answer.then((response) => {
    if (response.extensions) heard.call(context, fetch.subgraph, response.extensions);
    return response;
  });
}
