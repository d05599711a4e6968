import type { RequestContext } from '../types.ts';

/** What `headersFor` is told of a request about to be sent. `body` is exactly what goes on the wire. */
export interface OutgoingRequest {
  readonly method: 'POST';
  readonly path: string;
  readonly body: string;
  readonly kind: 'query' | 'mutation';
  readonly context: RequestContext;
}

export type HeadersFor = (
  subgraph: string,
  request: OutgoingRequest,
) => Record<string, string> | Promise<Record<string, string>>;

/** Limits of the way to one subgraph. Every one can be set for all and for each. */
export interface SubgraphLimits {
  /** Sockets to the subgraph. Default 64. */
  connections: number;
  /** An idle socket is closed after this. Keep it below the subgraph's own. Default 4,000 ms. */
  keepAliveMs: number;
  /**
   * A socket is replaced after about this, however busy: requests would else stay with those replicas that there
   * were when it was opened. Default 60,000 ms.
   */
  connectionMaxLifeMs: number;
  /** Time for a connection to be made. Default 1,000 ms. */
  connectTimeoutMs: number;
  /** Time for one attempt of a read, from being sent to its last byte. Default 5,000 ms. */
  timeoutMs: number;
  /** The same of a mutation, whose effect may already stand. Default 15,000 ms. */
  mutationTimeoutMs: number;
  /** An answer longer than this is refused. Default 32 MiB. */
  maxAnswerBytes: number;
  /** Requests to the subgraph at one time (the bulkhead). Default 256. */
  maxConcurrent: number;
  /** Requests that may wait for a place; any more fail at once. Default 1,024. */
  maxQueued: number;
  /** Further attempts of a read that found nobody there. Default 1; 0 turns retries off. */
  retries: number;
  /** A retry waits a random part of this, doubled for each attempt. Default 50 ms. */
  retryBaseMs: number;
  /** Retries are at most this share of requests, so that they cannot keep a struggling subgraph down. Default 0.2. */
  retryShare: number;
  /** The breaker opens when this share of a window's requests failed. Default 0.5; above 1 it never opens. */
  breakerFailureShare: number;
  /** … and there were at least so many. Default 20. */
  breakerMinimum: number;
  /** Length of the window. Default 10,000 ms. */
  breakerWindowMs: number;
  /** An open breaker lets one request try after this, doubled for each that failed. Default 500 ms. */
  breakerOpenMs: number;
  /** … and never waits longer than this. Default 5,000 ms. */
  breakerMaxOpenMs: number;
}

export const defaultLimits: SubgraphLimits = {
  connections: 64,
  keepAliveMs: 4_000,
  connectionMaxLifeMs: 60_000,
  connectTimeoutMs: 1_000,
  timeoutMs: 5_000,
  mutationTimeoutMs: 15_000,
  maxAnswerBytes: 32 * 1024 * 1024,
  maxConcurrent: 256,
  maxQueued: 1_024,
  retries: 1,
  retryBaseMs: 50,
  retryShare: 0.2,
  breakerFailureShare: 0.5,
  breakerMinimum: 20,
  breakerWindowMs: 10_000,
  breakerOpenMs: 500,
  breakerMaxOpenMs: 5_000,
};

/** What happened to one request, for metrics. */
export interface FetchEvent {
  readonly subgraph: string;
  readonly kind: 'query' | 'mutation';
  readonly outcome: 'answered' | 'failed' | 'shared';
  readonly reason?: string;
  readonly durationMs: number;
}

export interface HttpFetcherOptions {
  /** URLs by subgraph, over those that the supergraph names. */
  readonly urls?: Readonly<Record<string, string>>;
  /** Signs or decorates every request. Content-Type and Accept are there already. */
  readonly headersFor?: HeadersFor;
  /** Limits for every subgraph. */
  readonly limits?: Partial<SubgraphLimits>;
  /** Limits for one subgraph, over those for all. */
  readonly limitsOf?: Readonly<Record<string, Partial<SubgraphLimits>>>;
  /** Whether equal reads share a request as DESIGN 7 allows. Default true. */
  readonly singleFlight?: boolean;
  /** Called once for each request of the executor. */
  readonly onFetch?: (event: FetchEvent) => void;
}
