import { bindLabels, errorCodes, Histogram, metrics } from '@murmuration/service-kit';
import { type EdgeContext, requestIdHeader } from '../context.ts';
import { FetchFailure } from '../execution/errors.ts';
import { createHttpFetcher, type HeadersFor, type HttpFetcher } from '../execution/fetcher.ts';
import type { SubgraphResponse } from '../execution/types.ts';
import { envelopeHeader, type Sign } from './sign.ts';

const fetchDuration = new Histogram({
  name: 'gateway_subgraph_fetch_duration_seconds',
  help: 'Time of a fetch from a subgraph, retries and waiting included',
  labelNames: ['subgraph', 'kind', 'outcome'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers: [metrics],
});

const durationOf = bindLabels(fetchDuration);

export interface SubgraphFetcherOptions {
  sign: Sign;
  urls: Readonly<Record<string, string>>;
  connections: number;
  connectionMaxLifeMs: number;
  /** Whether equal reads of different requests share a fetch. */
  singleFlight: boolean;
  /** How long a read waits for a subgraph. */
  timeoutMs: number;
  /** A mutation waits until the request's deadline: its effect may already stand. */
  deadlineMs: number;
}

/** The executor's way to subgraphs with what the edge adds: signatures, request ids, metrics. */
export function createSubgraphFetcher(options: SubgraphFetcherOptions): HttpFetcher {
  const headersFor: HeadersFor = (subgraph, { path, body, context: opaque }) => {
    // The edge makes every context, so it may look behind the executor's opaque one.
    const context = opaque as EdgeContext;
    const envelope = options.sign({ subgraph, method: 'POST', path, body, context });
    return {
      [requestIdHeader]: context.requestId,
      ...(envelope ? { [envelopeHeader]: envelope } : {}),
    };
  };
  const fetcherOf = (timeoutMs: number): HttpFetcher =>
    createHttpFetcher({
      urls: options.urls,
      headersFor,
      singleFlight: options.singleFlight,
      limits: {
        connections: options.connections,
        connectionMaxLifeMs: options.connectionMaxLifeMs,
        timeoutMs,
      },
      onFetch: ({ subgraph, kind, outcome, durationMs }) =>
        durationOf(subgraph, kind, outcome).observe(durationMs / 1_000),
    });
  const reads = fetcherOf(options.timeoutMs);
  const writes = fetcherOf(options.deadlineMs);
  return {
    async fetch(request) {
      const answer = await (request.kind === 'query' ? reads : writes).fetch(request);
      return checked(request.subgraph, answer);
    },
    async close() {
      await Promise.all([reads.close(), writes.close()]);
    },
  };
}

/**
 * A subgraph that refuses before it runs anything refuses the gateway, not the person: passed on, it would
 * tell them to sign in. And Apollo's servers put HTTP hints into errors: passed on, a subgraph would choose the
 * client's status.
 */
function checked(subgraph: string, answer: SubgraphResponse): SubgraphResponse {
  const [first] = answer.errors ?? [];
  if (!('data' in answer) && first?.extensions?.code === errorCodes.unauthenticated) {
    throw new FetchFailure('BAD_ANSWER', `${subgraph} refused the gateway's signature`);
  }
  for (const { extensions } of answer.errors ?? []) if (extensions) delete extensions.http;
  return answer;
}
