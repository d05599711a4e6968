import { type GraphQLSchema, Kind } from 'graphql';
import { execute } from '../../src/execution/execute.ts';
import type {
  ExecutionOutcome,
  RequestContext,
  SubgraphRequest,
  SubgraphResponse,
} from '../../src/execution/types.ts';
import { parseDocument } from '../../src/operation/documents/parse-document.ts';
import { createGeneration } from '../../src/planning/generation.ts';
import { switchesOf, switchesOn } from '../../src/operation/documents/switches.ts';
import type { Generation, GenerationOptions, PlanOptions } from '../../src/planning/types.ts';
import {
  composeSupergraph,
  createLocalFetcher,
  type LocalFetcher,
  type LocalSubgraph,
  schemaOf,
} from './local-subgraphs.ts';

export interface Graph {
  readonly generation: Generation;
  readonly fetcher: LocalFetcher;
  readonly schemas: ReadonlyMap<string, GraphQLSchema>;
  run(query: string, variables?: Record<string, unknown>, options?: PlanOptions): Promise<ExecutionOutcome>;
}

export interface GraphOptions extends Omit<GenerationOptions, 'fetcher'> {
  /** Answers in place of a subgraph. */
  readonly intercept?: (request: SubgraphRequest) => Promise<SubgraphResponse> | undefined;
}

export function anonymousContext(changes: Partial<RequestContext> = {}): RequestContext {
  return {
    requestId: 'test',
    identity: undefined,
    cacheKeyOfIdentity: null,
    deadline: performance.now() + 10_000,
    ...changes,
  };
}

/** Of a text with one operation. */
export function switchesOnIn(
  text: string,
  variables: Readonly<Record<string, unknown>> | undefined,
): readonly string[] {
  const { conditionVariables, document } = parseDocument(text, Infinity);
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  return operation ? switchesOn(switchesOf(operation, conditionVariables), variables) : [];
}

/** A composed graph of in-process subgraphs, run by our own executor. */
export function createGraph(
  subgraphs: readonly LocalSubgraph[],
  { intercept, ...options }: GraphOptions = {},
): Graph {
  const schemas = new Map(subgraphs.map((subgraph) => [subgraph.name, schemaOf(subgraph)]));
  const fetcher = createLocalFetcher(schemas, intercept);
  const generation = createGeneration(composeSupergraph(subgraphs), { ...options, fetcher });
  return {
    generation,
    fetcher,
    schemas,
    async run(query, variables, options) {
      const compiled = await generation.plan(query, {
        switchesOn: switchesOnIn(query, variables),
        ...options,
      });
      return execute(compiled, { variables, context: anonymousContext() });
    },
  };
}
