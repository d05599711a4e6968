import { Kind, parse, type SelectionNode } from 'graphql';
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
  if (!errors?.length) {
    const missing = rootKeysOf(fetch).certain.filter((key) => !Object.hasOwn(data, key));
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
function placeRootFailure(
  failure: unknown,
  fetch: CompiledFetch,
  state: RunState,
  only?: readonly string[],
): void {
  const { subgraph, renamed } = fetch;
  const keys = only ?? rootKeysOf(fetch).all;
  for (const place of locateTargets(state.data, fetch.path)) {
    for (const key of keys)
      state.faults.push({ subgraph, path: [...place, key], renamed, cause: { failure } });
  }
}

interface RootKeys {
  readonly all: readonly string[];
  /** Without those under a condition. */
  readonly certain: readonly string[];
}

const rootKeys = new WeakMap<CompiledFetch, RootKeys>();

function rootKeysOf(fetch: CompiledFetch): RootKeys {
  let known = rootKeys.get(fetch);
  if (!known) rootKeys.set(fetch, (known = readRootKeys(fetch.query)));
  return known;
}

function readRootKeys(query: string): RootKeys {
  const all: string[] = [];
  const certain: string[] = [];
  function read(selections: readonly SelectionNode[], isCertain: boolean): void {
    for (const selection of selections) {
      const isSure = isCertain && (selection.directives?.length ?? 0) === 0;
      if (selection.kind === Kind.INLINE_FRAGMENT) read(selection.selectionSet.selections, isSure);
      if (selection.kind !== Kind.FIELD) continue;
      const key = selection.alias?.value ?? selection.name.value;
      all.push(key);
      if (isSure) certain.push(key);
    }
  }
  for (const definition of parse(query, { noLocation: true }).definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) read(definition.selectionSet.selections, true);
  }
  return { all, certain };
}
