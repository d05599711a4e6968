import type { IncomingMessage } from 'node:http';
import type { InternalKey } from '@murmuration/config';
import {
  createLogger,
  createSubgraph,
  type Envelope,
  envelopeHeader,
  type RequestContext,
  serveSubgraph,
  subscribeBody,
  verifyEnvelope,
} from '@murmuration/service-kit';
import { parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

/** A subgraph whose only business is to tick: numbers that may be read again from any cursor. */
export interface Ticker {
  name: 'ticker';
  sdl: string;
  url: string;
  /** Envelopes of all subscribes so far, with what was asked. */
  subscribed: { envelope: Envelope; query: string; variables: Record<string, unknown> }[];
  /** Adds the next numbers to the log and tells whoever listens. */
  tick(count?: number): void;
  /** Ends all connections as a crash would. */
  cut(): void;
  /** How many subscriptions listen now. */
  listening(): number;
  close(): Promise<void>;
}

const sdl = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
    @link(url: "https://murmuration.dev/resumable/v1.0", import: ["@resumable"])
    @composeDirective(name: "@resumable")
  directive @resumable(after: String!, cursor: String!) on FIELD_DEFINITION
  type Query { lastTick: Int }
  type Subscription {
    ticks(after: String): Tick! @resumable(after: "after", cursor: "cursor")
    plainTicks: Tick!
    myTicks: Tick!
    flood(count: Int!): Tick!
  }
  type Tick { cursor: String!  n: Int!  by: Neighbour  blob: String!  whom: String }
  type Neighbour @key(fields: "id") { id: ID! }`;

const ticksOf = (n: number) => ({ cursor: `c${n}`, n, by: { id: n % 2 === 0 ? '2' : '1' }, blob: '' });

export async function serveTicker(keys: readonly InternalKey[]): Promise<Ticker> {
  let last = 0;
  const listeners = new Set<(n: number) => void>();
  const subscribed: Ticker['subscribed'] = [];
  const logger = createLogger('ticker', 'silent');

  function live(from: number): AsyncGenerator<ReturnType<typeof ticksOf>, void> {
    const queue = Array.from({ length: last - from }, (_, index) => from + index + 1);
    let wake = () => {};
    const over = new AbortController();
    const listener = (n: number) => {
      queue.push(n);
      wake();
    };
    listeners.add(listener);
    const stop = () => {
      over.abort();
      listeners.delete(listener);
      wake();
    };
    return {
      async next() {
        while (!over.signal.aborted) {
          const n = queue.shift();
          if (n !== undefined) return { done: false, value: ticksOf(n) };
          await new Promise<void>((resolve) => (wake = resolve));
        }
        return { done: true, value: undefined };
      },
      async return() {
        stop();
        return { done: true, value: undefined };
      },
      async throw(error) {
        stop();
        throw error;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
      async [Symbol.asyncDispose]() {
        stop();
      },
    };
  }
  const asIs = (value: unknown) => value;
  const subgraph = createSubgraph({
    name: 'ticker',
    typeDefs: sdl,
    logger,
    createContext: (request: RequestContext) => request,
    resolvers: {
      Query: { lastTick: () => last },
      Tick: {
        blob: () => 'x'.repeat(100_000),
        whom: (_: unknown, __: unknown, { identity }: RequestContext) =>
          identity.kind === 'viewer' ? identity.subject : identity.kind,
      },
      Subscription: {
        ticks: {
          subscribe: (_: unknown, { after }: { after?: string }) =>
            live(after ? Number(after.slice(1)) : last),
          resolve: asIs,
        },
        plainTicks: { subscribe: () => live(last), resolve: asIs },
        myTicks: { subscribe: () => live(last), resolve: asIs },
        flood: {
          async *subscribe(_: unknown, { count }: { count: number }) {
            for (let n = 1; n <= count; n++) yield ticksOf(n);
          },
          resolve: asIs,
        },
      },
    },
  });
  const server = serveSubgraph(subgraph, { logger, keys, readiness: {} });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });

  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => 'graphql-transport-ws',
  });
  server.app.server.on('upgrade', (request: IncomingMessage, socket, head) => {
    const header = request.headers[envelopeHeader];
    const signed = { audience: 'ticker', method: 'GET', path: '/graphql', body: '' };
    const { status } = verifyEnvelope(keys, typeof header === 'string' ? header : undefined, signed);
    if (status !== 'verified') return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request));
  });
  useServer(
    {
      onSubscribe(_context, _id, { query, operationName, variables, extensions }) {
        const body = subscribeBody(operationName, query, variables);
        const signed = { audience: 'ticker', method: 'SUBSCRIBE', path: '/graphql', body };
        const result = verifyEnvelope(keys, extensions?.[envelopeHeader] as string | undefined, signed);
        if (result.status !== 'verified') throw new Error(`refused: ${result.because}`);
        subscribed.push({ envelope: result.envelope, query, variables: variables ?? {} });
        return {
          schema: subgraph.schema,
          document: parse(query),
          variableValues: variables,
          contextValue: { identity: result.envelope.identity },
        };
      },
    },
    sockets,
  );
  return {
    name: 'ticker',
    sdl,
    url: `${url}/graphql`,
    subscribed,
    tick(count = 1) {
      for (let i = 0; i < count; i++) {
        last++;
        for (const listen of listeners) listen(last);
      }
    },
    cut() {
      for (const socket of sockets.clients) socket.terminate();
    },
    listening: () => listeners.size,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      await server.app.close();
    },
  };
}
