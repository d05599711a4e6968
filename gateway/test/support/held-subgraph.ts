import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createHttpFetcher,
  type FetchEvent,
  type HttpFetcher,
  type HttpFetcherOptions,
} from '../../src/execution/fetcher.ts';
import type { RequestContext, SubgraphRequest } from '../../src/execution/types.ts';
import { anonymousContext } from '../differential/harness.ts';

/** A request that a test answers when, and with what, it says. */
export interface Held {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly isGone: Promise<void>;
  answer(data: unknown, status?: number): void;
  drop(): void;
}

export interface HeldSubgraph {
  readonly url: string;
  /** Every request that reached it. */
  readonly held: readonly Held[];
  readonly events: readonly FetchEvent[];
  /** The next request that reaches it. */
  arrival(): Promise<Held>;
  /** A fetcher of the subgraph `shop`, which is this one. */
  fetcherWith(options?: HttpFetcherOptions): HttpFetcher;
  close(): Promise<void>;
}

/** A subgraph that holds each request until the test answers it. */
export async function startHeldSubgraph(): Promise<HeldSubgraph> {
  const held: Held[] = [];
  const arrivals: ((request: Held) => void)[] = [];
  const fetchers: HttpFetcher[] = [];
  const events: FetchEvent[] = [];
  const server = createServer((request, response) => void hold(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = urlOf(server);

  async function hold(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const one: Held = {
      request,
      body,
      isGone: new Promise((resolve) => response.on('close', resolve)),
      answer(data, status = 200) {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(typeof data === 'string' ? data : JSON.stringify(data));
      },
      drop: () => request.socket.destroy(),
    };
    held.push(one);
    arrivals.shift()?.(one);
  }

  return {
    url,
    held,
    events,
    arrival: () => new Promise((resolve) => arrivals.push(resolve)),
    fetcherWith(options = {}) {
      const fetcher = createHttpFetcher({
        urls: { shop: url },
        onFetch: (event) => events.push(event),
        ...options,
      });
      fetchers.push(fetcher);
      return fetcher;
    },
    async close() {
      server.closeAllConnections();
      await Promise.all(fetchers.map((fetcher) => fetcher.close()));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql?v=1`;
}

/** A request of that subgraph's, by an anonymous reader unless the context says otherwise. */
export function shopRequest(
  changes: Partial<SubgraphRequest> = {},
  context: Partial<RequestContext> = {},
): SubgraphRequest {
  return {
    subgraph: 'shop',
    url: undefined,
    query: '{a}',
    operationName: undefined,
    variablesJson: '{}',
    body: '{"query":"{a}","variables":{}}',
    kind: 'query',
    context: anonymousContext(context),
    signal: undefined,
    ...changes,
  };
}

/** Long enough for anything that would be sent by mistake to have been sent. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 20));
}
