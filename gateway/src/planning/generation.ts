import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, Kind, parse, print, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { compileOperation } from '../execution/compile-operation.ts';
import { errorCode } from '../execution/errors.ts';
import type { CompiledOperation } from '../execution/types.ts';
import { withoutEarlyFields } from './early-fields.ts';
import { normaliseOperation } from './normalise.ts';
import { planOperation } from './plan-operation.ts';
import { createPlanThread } from './plan-thread.ts';
import { withRealNames } from './real-names.ts';
import { selectOperation } from './select-operation.ts';
import { type LoadedSupergraph, loadSupergraph } from './supergraph.ts';
import type { Generation, GenerationOptions, PlanOptions } from './types.ts';

export type { Generation, GenerationOptions, PlanOptions } from './types.ts';

const defaultCacheBytes = 64 * 1024 * 1024;
const refusedMs = 60_000;

type PlanWith = (document: DocumentNode, labels: readonly string[]) => Promise<QueryPlan>;

/** Makes a supergraph ready to serve. Throws when the SDL is not a supergraph that can be planned on. */
export function createGeneration(supergraphSdl: string, options: GenerationOptions): Generation {
  const supergraph = loadSupergraph(supergraphSdl);
  const cache = new LRUCache<string, CompiledOperation>({
    maxSize: options.cacheBytes ?? defaultCacheBytes,
    sizeCalculation: (compiled, key) => compiled.bytes + 2 * key.length,
  });

  const planning = new Map<string, Promise<CompiledOperation>>();
  const refused = new LRUCache<string, GraphQLError>({ max: 500, ttl: refusedMs });
  const thread = options.planInThread ? createPlanThread(supergraphSdl, options) : undefined;
  if (!thread) supergraph.planning();
  const planWith: PlanWith = thread
    ? (document, labels) => thread.plan(print(document), labels)
    : async (document, labels) => planOperation(supergraph.planning(), document, labels);

  async function plan(document: DocumentNode, operationName?: string, planOptions: PlanOptions = {}) {
    const labels = knownLabels(supergraph, planOptions.overrideLabels);
    const key = cacheKey(planOptions.documentKey ?? print(document), operationName, labels);
    const cached = cache.get(key) ?? planning.get(key);
    if (cached) return cached;
    const known = refused.get(key);
    if (known) throw known;
    const compiling = compile(supergraph, options, planWith, document, operationName, labels);
    planning.set(key, compiling);
    try {
      const compiled = await compiling;
      cache.set(key, compiled);
      return compiled;
    } catch (error) {
      // What cannot be planned is not tried again and again: it may take the planner all its time.
      if (error instanceof GraphQLError && error.extensions.code !== errorCode.busy) refused.set(key, error);
      throw error;
    } finally {
      planning.delete(key);
    }
  }

  return {
    id: supergraph.id,
    supergraphSdl,
    apiSchema: supergraph.apiSchema,
    subgraphs: supergraph.subgraphs,
    overrideLabels: supergraph.overrideLabels,
    lookup: (documentKey, operationName, labels) =>
      cache.get(cacheKey(documentKey, operationName, knownLabels(supergraph, labels))),
    plan,
    async warm(documents) {
      const outcome = { planned: 0, failed: 0 };
      for (const { query, operationName } of documents) {
        const isPlanned = await warmOne(supergraph, query, (document) =>
          plan(document, operationName, { documentKey: query }),
        );
        if (isPlanned) outcome.planned++;
        else outcome.failed++;
        // One document a turn: requests on the generation that still serves must not wait for all of them.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return outcome;
    },
    cachedBytes: () => cache.calculatedSize,
    dispose() {
      cache.clear();
      thread?.stop();
    },
  };
}

async function warmOne(
  { apiSchema }: LoadedSupergraph,
  query: string,
  plan: (document: DocumentNode) => Promise<unknown>,
): Promise<boolean> {
  try {
    const document = parse(query);
    if (validate(apiSchema, document).length > 0) return false;
    await plan(document);
    return true;
  } catch {
    // A document of another version of the graph is no reason to refuse this one; it is counted.
    return false;
  }
}

/** Labels the supergraph does not know would only multiply cache entries. */
function knownLabels({ overrideLabels }: LoadedSupergraph, wanted: Iterable<string> | undefined): string[] {
  if (overrideLabels.length === 0 || !wanted) return [];
  const on = new Set(wanted);
  return overrideLabels.filter((label) => on.has(label));
}

function cacheKey(documentKey: string, operationName: string | undefined, labels: readonly string[]): string {
  return `${operationName ?? ''}\n${labels.join(' ')}\n${documentKey}`;
}

async function compile(
  supergraph: LoadedSupergraph,
  options: GenerationOptions,
  planWith: PlanWith,
  document: DocumentNode,
  operationName: string | undefined,
  labels: readonly string[],
): Promise<CompiledOperation> {
  const { operation, fragments } = selectOperation(document, operationName);
  const normal = normaliseOperation(operation, fragments, supergraph.internalNames);
  const planned = await planWith(normal.document, labels);
  const plan = withRealNames(withoutEarlyFields(planned, supergraph.rules.requirements), supergraph.rules);
  options.onPlan?.(plan, operation.name?.value);
  const urls = new Map(supergraph.subgraphs.map(({ name, url }) => [name, url]));
  return compileOperation({
    generationId: supergraph.id,
    apiSchema: supergraph.apiSchema,
    fetcher: options.fetcher,
    document: {
      kind: Kind.DOCUMENT,
      definitions: [operation, ...fragments],
      ...(document.loc ? { loc: document.loc } : {}),
    },
    operation,
    dataKeyOf: normal.dataKeyOf,
    plan,
    environment: {
      types: supergraph.types,
      urlOf: (name) => urls.get(name),
      realNameOf: (name) => supergraph.rules.virtualFields.get(name)?.realName ?? name,
      clientVariableOf: normal.clientVariableOf,
    },
    derived: normal.derived,
  });
}
