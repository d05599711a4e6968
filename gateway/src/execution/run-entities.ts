import type { CompiledFetch } from './compile-fetch.ts';
import { FetchFailure } from './errors.ts';
import { cloneJson, isJsonObject, markAbsent, mergeInto } from './json.ts';
import { collectTargets, locateTargets, type Path, staticPrefix } from './path.ts';
import { createDistinct } from './distinct.ts';
import type { Representer } from './representation.ts';
import { type Batch, type Consumer, type RunState, variablesText } from './run-state.ts';
import { send } from './send.ts';
import type { TypeRelations } from './type-relations.ts';
import type { SubgraphError, SubgraphResponse } from './types.ts';

/**
 * An `_entities` fetch. Equal representations are sent once, and equal fetches of a request that start in the same
 * turn of the event loop (the branches of a level) go out as one call.
 */
export function runEntityFetch(
  fetch: CompiledFetch,
  representer: Representer,
  types: TypeRelations,
  state: RunState,
): Promise<void> | undefined {
  const targets = collectTargets(state.data, fetch.path);
  if (targets.length === 0) return undefined;
  const distinct = createDistinct(representer);
  const numbers = targets.map((target) => distinct.numberOf(target));
  if (distinct.texts.length === 0) return undefined;
  const batch = batchFor(fetch, types, state);
  const { representations } = batch;
  const placeOf = distinct.texts.map((text) => {
    const known = representations.get(text);
    if (known !== undefined) return known;
    representations.set(text, representations.size);
    return representations.size - 1;
  });
  batch.consumers.push({ fetch, targets, places: numbers.map((number) => placeOf[number] ?? -1) });
  return batch.done;
}

function batchFor(fetch: CompiledFetch, types: TypeRelations, state: RunState): Batch {
  const open = state.batches.get(fetch.batchKey);
  if (open) return open;
  const { promise, resolve } = Promise.withResolvers<void>();
  const batch: Batch = { fetch, representations: new Map(), consumers: [], done: promise, settle: resolve };
  state.batches.set(fetch.batchKey, batch);
  // The end of the event loop's turn, not of the tick: answers that arrived together start their next fetches
  // together (9 calls instead of 13 for the heavy operation of bench/gateway).
  setImmediate(() => dispatch(batch, types, state));
  return batch;
}

function dispatch(batch: Batch, types: TypeRelations, state: RunState): void {
  const { fetch } = batch;
  state.batches.delete(fetch.batchKey);
  const variables = variablesText(state, fetch);
  const list = `"representations":[${[...batch.representations.keys()].join(',')}]`;
  send(fetch, `{${variables === '' ? '' : `${variables},`}${list}}`, state)
    .then((response) => place(response, batch, types, state))
    .catch((failure: unknown) => placeFailure(failure, batch, state))
    .finally(batch.settle);
}

function place(response: SubgraphResponse, batch: Batch, types: TypeRelations, state: RunState): void {
  const { errors } = response;
  if (errors && errors.length > 0) for (const answer of errors) placeError(answer, batch, state);
  const entities = response.data?._entities;
  if (!Array.isArray(entities) || entities.length !== batch.representations.size) {
    if (errors && errors.length > 0) return;
    throw new FetchFailure('BAD_ANSWER', `${batch.fetch.subgraph} did not answer every representation`);
  }
  const last = batch.consumers.length - 1;
  batch.consumers.forEach((consumer, i) => {
    // Within one place of the plan equal entities may share objects, for whatever is fetched into one
    // is fetched into all. Between two places they must not: the same key may mean other arguments.
    mergeEntities(consumer, i === last ? entities : cloneJson(entities), types);
  });
}

function mergeEntities(
  { fetch, targets, places }: Consumer,
  entities: unknown[],
  types: TypeRelations,
): void {
  const rewritten = fetch.rewriteOutput ? new Set<unknown>() : undefined;
  targets.forEach((target, i) => {
    const entity = entities[places[i] ?? -1];
    if (entity === null) markAbsent(target);
    if (!isJsonObject(entity)) return;
    if (rewritten && !rewritten.has(entity)) {
      rewritten.add(entity);
      fetch.rewriteOutput?.(entity, typeof target.__typename === 'string' ? target.__typename : undefined);
    }
    const typename = target.__typename;
    mergeInto(target, entity);
    // The stand-in name that an @interfaceObject subgraph uses never hides the real type once it is known.
    if (target.__typename !== typename && typeof typename === 'string' && types.isObject(typename)) {
      target.__typename = typename;
    }
  });
}

/** `["_entities", i, …]` is wherever representation i came from; anything else is above them all. */
function placeError(answer: SubgraphError, batch: Batch, state: RunState): void {
  const [, index, ...rest] = answer.path ?? [];
  for (const { fetch, places } of batch.consumers) {
    if (typeof index !== 'number') {
      fault(state, fetch, staticPrefix(fetch.path), { answer });
      continue;
    }
    const located = locateTargets(state.data, fetch.path);
    places.forEach((place, i) => {
      if (place === index) fault(state, fetch, [...(located[i] ?? []), ...rest], { answer });
    });
  }
}

function placeFailure(failure: unknown, batch: Batch, state: RunState): void {
  for (const { fetch } of batch.consumers) fault(state, fetch, staticPrefix(fetch.path), { failure });
}

function fault(
  state: RunState,
  fetch: CompiledFetch,
  path: Path,
  cause: { readonly answer: SubgraphError } | { readonly failure: unknown },
): void {
  state.faults.push({ subgraph: fetch.subgraph, path, renamed: fetch.renamed, cause });
}
