import { createDistinct } from './distinct.ts';
import type { EntityFetch } from './compile-fetch.ts';
import { placeEntityError, placeEntityFailure } from './entity-faults.ts';
import { FetchFailure } from './errors.ts';
import { cloneJson, isJsonObject, markAbsent, mergeInto } from './json.ts';
import { type Batch, type Consumer, type RunState, variablesText } from './run-state.ts';
import { send } from './send.ts';
import type { TypeRelations } from './type-relations.ts';
import type { SubgraphResponse } from './types.ts';

/**
 * An `_entities` fetch. Equal representations are sent once, and equal fetches that start in the same turn of the event
 * loop (the branches of a request's level, or runs that share their batches) go out as one call.
 */
export function runEntityFetch(
  fetch: EntityFetch,
  types: TypeRelations,
  state: RunState,
): Promise<void> | undefined {
  let batch: Batch | undefined;
  for (let index = 0; index < fetch.sets.length; index++) {
    const set = fetch.sets[index];
    for (const route of set?.routes ?? []) {
      const targets = route.collect(state.data);
      if (!set || targets.length === 0) continue;
      const distinct = createDistinct(set.representer);
      const numbers = targets.map((target) => distinct.numberOf(target));
      if (distinct.texts.length === 0) continue;
      batch ??= batchFor(fetch, types, state);
      const places = placesIn(batch.representations[index], distinct.texts);
      const placed = numbers.map((number) => places[number] ?? -1);
      batch.consumers.push({ state, fetch, set, index, route, targets, places: placed });
    }
  }
  return batch?.done;
}

function placesIn(representations: Map<string, number> | undefined, texts: readonly string[]): number[] {
  return texts.map((text) => {
    const known = representations?.get(text);
    if (known !== undefined) return known;
    const place = representations?.size ?? 0;
    representations?.set(text, place);
    return place;
  });
}

function batchFor(fetch: EntityFetch, types: TypeRelations, state: RunState): Batch {
  const open = state.batches.get(fetch.batchKey);
  if (open) return open;
  const { promise, resolve } = Promise.withResolvers<void>();
  const representations = fetch.sets.map(() => new Map<string, number>());
  const batch: Batch = { fetch, representations, consumers: [], done: promise, settle: resolve };
  state.batches.set(fetch.batchKey, batch);
  // The end of the event loop's turn, not of the tick: answers that arrived together start their next fetches
  // together (9 calls instead of 13 for the heavy operation of bench/gateway).
  setImmediate(() => dispatch(batch, types, state));
  return batch;
}

function dispatch(batch: Batch, types: TypeRelations, state: RunState): void {
  const { fetch } = batch;
  state.batches.delete(fetch.batchKey);
  let variables = variablesText(state, fetch);
  fetch.sets.forEach(({ prefix }, i) => {
    const list = [...(batch.representations[i]?.keys() ?? [])].join(',');
    variables += `${variables === '' ? '' : ','}${prefix}[${list}]`;
  });
  send(fetch, `{${variables}}`, state)
    .then((response) => place(response, batch, types))
    .catch((failure: unknown) => placeEntityFailure(failure, batch.consumers))
    .finally(batch.settle);
}

function place(response: SubgraphResponse, batch: Batch, types: TypeRelations): void {
  const { errors } = response;
  const { fetch, consumers } = batch;
  const hasErrors = errors !== undefined && errors.length > 0;
  if (hasErrors) for (const answer of errors) placeEntityError(answer, consumers);
  const entitiesOf = fetch.sets.map(({ alias }) => response.data?.[alias]);
  const lastOf = new Map(consumers.map((consumer) => [consumer.index, consumer]));
  for (const consumer of consumers) {
    const entities = entitiesOf[consumer.index];
    if (!Array.isArray(entities) || entities.length !== batch.representations[consumer.index]?.size) {
      if (hasErrors) continue;
      const failure = new FetchFailure('BAD_ANSWER', `${fetch.subgraph} did not answer every representation`);
      placeEntityFailure(failure, [consumer]);
      continue;
    }
    // Within one place of the plan equal entities may share objects, for whatever is fetched into one
    // is fetched into all. Between two places they must not: the same key may mean other arguments.
    mergeEntities(consumer, lastOf.get(consumer.index) === consumer ? entities : cloneJson(entities), types);
  }
}

function mergeEntities({ set, targets, places }: Consumer, entities: unknown[], types: TypeRelations): void {
  const rewritten = set.rewriteOutput ? new Set<unknown>() : undefined;
  targets.forEach((target, i) => {
    const entity = entities[places[i] ?? -1];
    if (entity === null) markAbsent(target);
    if (!isJsonObject(entity)) return;
    if (rewritten && !rewritten.has(entity)) {
      rewritten.add(entity);
      set.rewriteOutput?.(entity, typeof target.__typename === 'string' ? target.__typename : undefined);
    }
    const typename = target.__typename;
    mergeInto(target, entity);
    // The stand-in name that an @interfaceObject subgraph uses never hides the real type once it is known.
    if (target.__typename !== typename && typeof typename === 'string' && types.isObject(typename)) {
      target.__typename = typename;
    }
  });
}
