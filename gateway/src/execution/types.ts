import type { GraphQLError, GraphQLSchema } from 'graphql';
import type { CancelSignal } from './cancel.ts';

/** What a client receives: shaped data (objects without Object.prototype) and errors, if any. */
export interface ExecutionOutcome {
  /** Absent when the request was refused before anything ran (bad variables, a forbidden response key). */
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLError[];
}

/** What a subscriber receives of one event. */
export interface EventOutcome extends ExecutionOutcome {
  /**
   * Why it is no event yet, or none at all. `away`: a part of the graph could not answer, and may a moment later.
   * `gone`: what the event names is not there for the viewer, says its owner: deleted, or hidden.
   */
  readonly missing?: 'away' | 'gone';
}

/** Everything the executor and the fetcher may know of one client request. Generic: no social rule lives here. */
export interface RequestContext {
  readonly requestId: string;
  /** Opaque to execution; only `headersFor` of the edge looks into it. */
  readonly identity: unknown;
  /** Equal keys may share reads until they are dispatched; null is an anonymous caller, who may join one in flight. */
  readonly cacheKeyOfIdentity: string | null;
  /**
   * Anything else of this request that a subgraph can see (forwarded headers, a read position).
   * Reads of different partitions are never shared.
   */
  readonly partition?: string;
  /** Who takes turns with others where many wait; without it all are one. */
  readonly caller?: string;
  /** When by `performance.now()` no subgraph is waited for any longer. */
  readonly deadline: number;
  /** Called with the `extensions` of every subgraph answer that has some. */
  onExtensions?(subgraph: string, extensions: Record<string, unknown>): void;
}

export interface SubgraphRequest {
  readonly subgraph: string;
  /** The URL that the supergraph names for the subgraph; the fetcher's settings may override it. */
  readonly url: string | undefined;
  readonly query: string;
  readonly operationName: string | undefined;
  /** The variables as one JSON object text, ready to be put on the wire. */
  readonly variablesJson: string;
  /** The whole body as JSON text: query, operationName and variables. */
  readonly body: string;
  readonly kind: 'query' | 'mutation';
  readonly context: RequestContext;
  readonly signal: CancelSignal | undefined;
}

export interface SubgraphError {
  readonly message?: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Record<string, unknown>;
}

/** The caller owns what it is given and may change it: a fetcher never hands the same objects out twice. */
export interface SubgraphResponse {
  data?: Record<string, unknown> | null;
  errors?: readonly SubgraphError[];
  extensions?: Record<string, unknown>;
}

/** How a subgraph is reached. Rejects when there is no GraphQL answer at all. */
export interface SubgraphFetcher {
  fetch(request: SubgraphRequest): Promise<SubgraphResponse>;
}

/** What runs that go on together share, by an empty map: what they put there is their own business. */
export type SharedBatches = Map<string, unknown>;

export interface ExecuteArgs {
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly context: RequestContext;
  readonly signal?: CancelSignal | undefined;
  /** Given to several runs of one operation, with the same variables and caller: they ask for entities together. */
  readonly batches?: SharedBatches | undefined;
}

/** Answers an operation's `__schema` and `__type`, by response key, for variables as they were coerced. Rejects with a GraphQLError. */
export type Introspect = (args: ExecuteArgs) => Promise<Readonly<Record<string, unknown>>>;

/** What is needed to open a subscription upstream; the rest of its plan runs once for each event. */
export interface CompiledSubscription {
  readonly serviceName: string;
  readonly url: string | undefined;
  /** Text of the operation for the owning subgraph. */
  readonly operation: string;
  readonly operationName: string | undefined;
  readonly operationKind: 'subscription';
  /** Names of the client's variables to send along. */
  readonly variableUsages: readonly string[];
  readonly responseShape: {
    /** Name of the subscription field in the schema. */
    readonly fieldName: string;
    /** Its key in an upstream event's `data`. */
    readonly upstreamKey: string;
    /** Its key in what the client receives. */
    readonly clientKey: string;
  };
  /** False when an event needs shaping only and no further fetch. */
  readonly hasRest: boolean;
  readonly rest: RestFields;
}

/** What the rest of a subscription's plan asks other subgraphs for. */
export interface RestFields {
  /** `Type.field`; `?.field` where the type is not known. */
  readonly coordinates: ReadonlySet<string>;
  /** The client's variables that it depends on. */
  readonly variables: ReadonlySet<string>;
}

/** One operation against one supergraph generation, ready to run any number of times. */
export interface CompiledOperation {
  readonly generationId: string;
  readonly apiSchema: GraphQLSchema;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly operationName: string | undefined;
  readonly subscription: CompiledSubscription | undefined;
  /** Its proven plan, of which a generation compiles it again: `Generation.compile`. */
  readonly planText: string;
  /** Estimate of the memory held, by which the plan cache is bounded. */
  readonly bytes: number;
  /** Use `execute` and `executeRest` of execute.ts. */
  run(args: ExecuteArgs): Promise<ExecutionOutcome>;
  runRest(event: SubgraphResponse, args: ExecuteArgs): Promise<EventOutcome>;
}
