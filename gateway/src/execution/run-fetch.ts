import type { RootFetch } from './compile-fetch.ts';
import { FetchFailure } from './errors.ts';
import { cloneJson, isJsonObject, type JsonObject, mergeInto } from './json.ts';
import { type RunState, variablesText } from './run-state.ts';
import { send } from './send.ts';
import type { SubgraphError, SubgraphResponse } from './types.ts';

/** A fetch of a root type. Its answer is merged at every target (nearly always one: the root of the data). */
export function runRootFetch(fetch: RootFetch, state: RunState): Promise<void> | undefined {
  const targets = fetch.route.collect(state.data);
  if (targets.length === 0) return undefined;
  return send(fetch, `{${variablesText(state, fetch)}}`, state).then(
    (response) => placeRoot(response, targets, fetch, state),
    (failure: unknown) => placeRootFailure(failure, fetch, state),
  );
}

function placeRoot(
  response: SubgraphResponse,
  targets: JsonObject[],
  fetch: RootFetch,
  state: RunState,
): void {
  const { data, errors } = response;
  if (errors && errors.length > 0) placeRootErrors(errors, fetch, state);
  else if (!isJsonObject(data)) {
    placeRootFailure(new FetchFailure('BAD_ANSWER', `No data from ${fetch.subgraph}`), fetch, state);
  }
  if (!isJsonObject(data)) return;
  if (!errors?.length) {
    const missing = fetch.rootKeys.filter((key) => !Object.hasOwn(data, key));
    if (missing.length > 0) {
      placeRootFailure(
        new FetchFailure('BAD_ANSWER', `${fetch.subgraph} left out a field`),
        fetch,
        state,
        missing,
      );
    }
  }
  fetch.rewriteOutput?.(data, undefined);
  // Targets must not share objects: later fetches add to each under the same keys but from other places.
  targets.forEach((target, i) => mergeInto(target, i === targets.length - 1 ? data : cloneJson(data)));
}

function placeRootErrors(errors: readonly SubgraphError[], fetch: RootFetch, state: RunState): void {
  const places = fetch.route.locate(state.data);
  for (const answer of errors) {
    for (const place of places) {
      const path = answer.path ? [...place, ...answer.path] : place;
      state.faults.push({ subgraph: fetch.subgraph, path, renamed: fetch.renamed, cause: { answer } });
    }
  }
}

/** One error for each root field, so that every field that stays null has its own. */
function placeRootFailure(
  failure: unknown,
  fetch: RootFetch,
  state: RunState,
  only?: readonly string[],
): void {
  const { subgraph, renamed } = fetch;
  const keys = only ?? fetch.rootKeys;
  for (const place of fetch.route.locate(state.data)) {
    for (const key of keys)
      state.faults.push({ subgraph, path: [...place, key], renamed, cause: { failure } });
  }
}
