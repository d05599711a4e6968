import { FetchFailure } from './errors.ts';
import { parseAnswer } from './fetch/answer.ts';
import { withBreaker } from './fetch/breaker.ts';
import { withBulkhead } from './fetch/bulkhead.ts';
import type { Exchange, RawAnswer } from './fetch/exchange.ts';
import { withRetry } from './fetch/retry.ts';
import { defaultLimits, type HttpFetcherOptions } from './fetch/settings.ts';
import { createSingleFlight, type SingleFlight } from './fetch/single-flight.ts';
import { createTransport, type Transport } from './fetch/transport.ts';
import type { SubgraphFetcher, SubgraphRequest, SubgraphResponse } from './types.ts';

export type {
  FetchEvent,
  HeadersFor,
  HttpFetcherOptions,
  OutgoingRequest,
  SubgraphLimits,
} from './fetch/settings.ts';
export { defaultLimits } from './fetch/settings.ts';

export interface HttpFetcher extends SubgraphFetcher {
  /** Lets running requests end, then closes every socket. */
  close(): Promise<void>;
}

interface Route {
  readonly transport: Transport;
  readonly exchange: Exchange;
  readonly flights: SingleFlight;
}

/**
 * Subgraphs over HTTP: single flight, then breaker, retry, bulkhead, and a keep-alive pool, one of each
 * for a subgraph and its URL. One fetcher serves any number of supergraph generations.
 */
export function createHttpFetcher(options: HttpFetcherOptions = {}): HttpFetcher {
  const routes = new Map<string, Route>();

  function routeTo({ subgraph, url: named }: SubgraphRequest): Route {
    const url = options.urls?.[subgraph] ?? named;
    if (url === undefined) throw new FetchFailure('UNREACHABLE', `No URL for subgraph "${subgraph}"`);
    const key = `${subgraph}\n${url}`;
    let route = routes.get(key);
    if (!route) routes.set(key, (route = createRoute(subgraph, url, options)));
    return route;
  }

  return {
    fetch(request) {
      const startedMs = performance.now();
      const { answer, isShared } = start(request);
      return answer.then(
        (response) => {
          options.onFetch?.(eventOf(request, isShared ? 'shared' : 'answered', startedMs));
          return response;
        },
        (failure: unknown) => {
          options.onFetch?.(eventOf(request, 'failed', startedMs, failure));
          throw failure;
        },
      );
    },
    async close() {
      await Promise.all([...routes.values()].map(({ transport }) => transport.close()));
    },
  };

  function start(request: SubgraphRequest): { answer: Promise<SubgraphResponse>; isShared: boolean } {
    try {
      const route = routeTo(request);
      const { answer, isShared } =
        options.singleFlight === false || request.kind === 'mutation'
          ? { answer: alone(route, request), isShared: false }
          : route.flights.fetch(request);
      return { answer: answer.then((raw) => parseAnswer(raw, request.subgraph)), isShared };
    } catch (error) {
      return { answer: Promise.reject(error), isShared: false };
    }
  }
}

function createRoute(subgraph: string, url: string, options: HttpFetcherOptions): Route {
  const limits = { ...defaultLimits, ...options.limits, ...options.limitsOf?.[subgraph] };
  const transport = createTransport(url, limits, options.headersFor);
  const exchange = withRetry(withBreaker(withBulkhead(transport.exchange, limits), limits), limits);
  return { transport, exchange, flights: createSingleFlight(exchange) };
}

function alone({ exchange }: Route, request: SubgraphRequest): Promise<RawAnswer> {
  const { signal, context } = request;
  return exchange({ request, signal, deadline: context.deadline, onDispatch: () => {} });
}

function eventOf(
  { subgraph, kind }: SubgraphRequest,
  outcome: 'answered' | 'failed' | 'shared',
  startedMs: number,
  failure?: unknown,
) {
  const durationMs = performance.now() - startedMs;
  const reason =
    failure instanceof FetchFailure ? failure.reason : failure === undefined ? undefined : 'UNREACHABLE';
  return { subgraph, kind, outcome, durationMs, ...(reason === undefined ? {} : { reason }) };
}
