import { parse } from 'graphql';
import type { CompiledFetch } from './compile-fetch.ts';
import { FetchFailure } from './errors.ts';
import { cloneJson, isJsonObject, type JsonObject, mergeInto } from './json.ts';
import { collectTargets, locateTargets } from './path.ts';
import { type RunState, variablesText } from './run-state.ts';
import { send } from './send.ts';
import type { SubgraphError, SubgraphResponse } from './types.ts';

/** A fetch of a root type. Its answer is merged at every target (nearly always one: the root of the data). */
export function runRootFetch(fetch: CompiledFetch, state: RunState): Promise<void> | undefined {
  const targets = collectTargets(state.data, fetch.path);
  if (targets.length === 0) return undefined;
  return send(fetch, `{${variablesText(state, fetch)}}`, state).then(
    (response) => placeRoot(response, targets, fetch, state),
    (failure: unknown) => placeRootFailure(failure, fetch, state),
  );
}

function placeRoot(
  response: SubgraphResponse,
  targets: JsonObject[],
  fetch: CompiledFetch,
  state: RunState,
): void {
  const { data, errors } = response;
  if (errors && errors.length > 0) placeRootErrors(errors, fetch, state);
  else if (!isJsonObject(data)) {
    placeRootFailure(new FetchFailure('BAD_ANSWER', `No data from ${fetch.subgraph}`), fetch, state);
  }
  if (!isJsonObject(data)) return;
  fetch.rewriteOutput?.(data, undefined);
  // Targets must not share objects: later fetches add to each under the same keys but from other places.
  targets.forEach((target, i) => mergeInto(target, i === targets.length - 1 ? data : cloneJson(data)));
}

function placeRootErrors(errors: readonly SubgraphError[], fetch: CompiledFetch, state: RunState): void {
  const places = locateTargets(state.data, fetch.path);
  for (const answer of errors) {
    for (const place of places) {
      const path = answer.path ? [...place, ...answer.path] : place;
      state.faults.push({ subgraph: fetch.subgraph, path, renamed: fetch.renamed, cause: { answer } });
    }
  }
}

/** One error for each root field, so that every field that stays null has its own. */
function placeRootFailure(failure: unknown, fetch: CompiledFetch, state: RunState): void {
  const { subgraph, renamed } = fetch;
  const keys = rootKeysOf(fetch.query);
  for (const place of locateTargets(state.data, fetch.path)) {
    for (const key of keys)
      state.faults.push({ subgraph, path: [...place, key], renamed, cause: { failure } });
  }
}

/** Read from the text only when a fetch has failed. The planner writes no root fragments with a type condition. */
function rootKeysOf(query: string): string[] {
  const keys: string[] = [];
  for (const definition of parse(query, { noLocation: true }).definitions) {
    if (definition.kind !== 'OperationDefinition') continue;
    const pending = [...definition.selectionSet.selections];
    for (const selection of pending) {
      if (selection.kind === 'Field') keys.push(selection.alias?.value ?? selection.name.value);
      if (selection.kind === 'InlineFragment') pending.push(...selection.selectionSet.selections);
    }
  }
  return keys;
}
