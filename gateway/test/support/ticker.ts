import type { IncomingMessage } from 'node:http';
import type { InternalKey } from '@murmuration/config';
import {
  createLogger,
  type Envelope,
  envelopeHeader,
  subscribeBody,
  verifyEnvelope,
} from '@murmuration/service-kit';
import { createSubgraph, type RequestContext, serveSubgraph } from '@murmuration/service-kit/subgraph';
import { GraphQLError, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

/** A subgraph whose only business is to tick: numbers that may be read again from any cursor. */
export interface Ticker {
  name: 'ticker';
  sdl: string;
  url: string;
  /** Envelopes of all subscribes so far, with what was asked. */
  subscribed: { envelope: Envelope; query: string; variables: Record<string, unknown> }[];
  /**
   * Adds the next numbers to the log, by the given neighbour or by two in turn, and tells whoever listens. One by
   * `nobodyAtAll` needs no other subgraph.
   */
  tick(count?: number, by?: string): void;
  /** From now on the viewer is told nothing by that neighbour. */
  hide(viewer: string, by: string): void;
  /** Ends all connections as a crash would. */
  cut(): void;
  /** Ends everybody's subscription by an error of this code, and no connection. */
  end(code: string): void;
  /** How many connections there have been. */
  connections(): number;
  /** How many subscriptions listen now. */
  listening(): number;
  close(): Promise<void>;
}

/** A tick of theirs has nobody whom another subgraph would have to name. */
export const nobodyAtAll = 'nobody at all';

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

export async function serveTicker(keys: readonly InternalKey[]): Promise<Ticker> {
  let last = 0;
  const byOf = new Map<number, string>();
  const whoTicked = (n: number) => byOf.get(n) ?? (n % 2 === 0 ? '2' : '1');
  const ticksOf = (n: number) => {
    const id = whoTicked(n);
    return { cursor: `c${n}`, n, by: id === nobodyAtAll ? null : { id }, blob: '' };
  };
  const hidden = new Set<string>();
  const isShown = (n: number, { identity }: RequestContext) =>
    identity.kind !== 'viewer' || !hidden.has(`${identity.subject} ${whoTicked(n)}`);
  const listeners = new Set<(n: number) => void>();
  const enders = new Set<(code: string) => void>();
  const subscribed: Ticker['subscribed'] = [];
  const logger = createLogger('ticker', 'silent');

  function live(from: number, context: RequestContext): AsyncGenerator<ReturnType<typeof ticksOf>, void> {
    const queue = Array.from({ length: last - from }, (_, index) => from + index + 1);
    let wake = () => {};
    let ended: GraphQLError | undefined;
    const over = new AbortController();
    const listener = (n: number) => {
      queue.push(n);
      wake();
    };
    listeners.add(listener);
    const ender = (code: string) => {
      stop();
      ended = new GraphQLError('ended', { extensions: { code } });
    };
    enders.add(ender);
    const stop = () => {
      over.abort();
      listeners.delete(listener);
      enders.delete(ender);
      wake();
    };
    return {
      async next() {
        while (!over.signal.aborted) {
          const n = queue.shift();
          if (n !== undefined && !isShown(n, context)) continue;
          if (n !== undefined) return { done: false, value: ticksOf(n) };
          await new Promise<void>((resolve) => (wake = resolve));
        }
        if (ended) throw ended;
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
  const liveNow = (_: unknown, __: unknown, context: RequestContext) => live(last, context);
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
          subscribe: (_: unknown, { after }: { after?: string }, context: RequestContext) =>
            live(after ? Number(after.slice(1)) : last, context),
          resolve: asIs,
        },
        plainTicks: { subscribe: liveNow, resolve: asIs },
        myTicks: { subscribe: liveNow, resolve: asIs },
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

  let connections = 0;
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => 'graphql-transport-ws',
  });
  server.app.server.on('upgrade', (request: IncomingMessage, socket, head) => {
    const header = request.headers[envelopeHeader];
    const signed = { audience: 'ticker', method: 'GET', path: '/graphql', body: '' };
    const { status } = verifyEnvelope(keys, typeof header === 'string' ? header : undefined, signed);
    if (status !== 'verified') return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    connections++;
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
    tick(count = 1, by) {
      for (let i = 0; i < count; i++) {
        last++;
        if (by) byOf.set(last, by);
        for (const listen of listeners) listen(last);
      }
    },
    hide: (viewer, by) => void hidden.add(`${viewer} ${by}`),
    end(code) {
      for (const end of enders) end(code);
    },
    cut() {
      for (const socket of sockets.clients) socket.terminate();
    },
    connections: () => connections,
    listening: () => listeners.size,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      await server.app.close();
    },
  };
}
