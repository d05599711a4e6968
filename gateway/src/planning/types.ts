import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { PlanThreadOptions } from './plan-thread.ts';
import type { CompiledOperation, SubgraphFetcher } from '../execution/types.ts';

export interface GenerationOptions extends PlanThreadOptions {
  /** How the subgraphs of this generation are reached. */
  readonly fetcher: SubgraphFetcher;
  /** Whether operations are planned in a thread of their own, so that a cold plan delays nobody else. Default false. */
  readonly planInThread?: boolean;
  /** Bound of the document and plan cache in bytes (estimated). Default 64 MiB. */
  readonly cacheBytes?: number;
  /** Called with every plan that is made, as it will be executed: for tests, explanations and logs. */
  readonly onPlan?: (plan: QueryPlan, operationName: string | undefined) => void;
}

export interface PlanOptions {
  /** Labels of `@override(label:)` that are on for this request; others are off. */
  readonly overrideLabels?: Iterable<string> | undefined;
  /** Text or hash that stands for the document in the cache; without it the document is printed. */
  readonly documentKey?: string | undefined;
}

export interface WarmDocument {
  readonly query: string;
  readonly operationName?: string;
}

/** One version of the supergraph with its own planner and caches. What started on it ends on it. */
export interface Generation {
  /** Hash of the supergraph SDL. */
  readonly id: string;
  readonly supergraphSdl: string;
  readonly apiSchema: GraphQLSchema;
  readonly subgraphs: readonly { readonly name: string; readonly url: string | undefined }[];
  /** Every label that some `@override(label:)` of this supergraph names. */
  readonly overrideLabels: readonly string[];
  /** The compiled operation if it is cached; costs no planning. */
  lookup(
    documentKey: string,
    operationName: string | undefined,
    labels?: Iterable<string>,
  ): CompiledOperation | undefined;
  /** Compiles a validated document. Throws a GraphQLError when it cannot be planned. */
  plan(document: DocumentNode, operationName?: string, options?: PlanOptions): Promise<CompiledOperation>;
  /** Parses, validates and plans each document; answers how many could not be. */
  warm(documents: Iterable<WarmDocument>): Promise<{ planned: number; failed: number }>;
  /** Estimate of what its documents and plans hold in memory now. */
  cachedBytes(): number;
  dispose(): void;
}
