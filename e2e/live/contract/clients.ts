import { ApolloClient, type ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createLiveClient, overServerSentEvents } from '@murmuration/live-client';
import { type AnyVariables, Client, type Exchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSseClient } from 'graphql-sse';
import { type Client as SocketClient, createClient as createSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createHeard, type Event, type Heard, type Sink } from './heard.ts';

export interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

type Token = () => string | null;
/** Returns what ends it. */
type Open = (url: string, operation: Operation, token: Token, sink: Sink) => () => unknown;

export interface ClientKind {
  name: string;
  transport: 'websocket' | 'sse' | 'multipart';
  /** Continues by itself; the others do as an app tells them to. */
  goesOn: boolean;
  open(url: string, operation: Operation, token: Token): Subscribed;
}

export interface Subscribed extends Heard {
  leave(): Promise<void>;
}

const bearer = (token: string | null) => (token === null ? {} : { authorization: `Bearer ${token}` });
const socketUrl = (url: string) => url.replace('http', 'ws');

/** Without the library's own attempts: what happens once is what is looked at. Refreshes its token by a ping. */
function socketOf(url: string, token: Token): SocketClient {
  let socket: WebSocket | undefined;
  return createSocketClient({
    url: socketUrl(url),
    webSocketImpl: WebSocket,
    connectionParams: () => bearer(token()),
    retryAttempts: 0,
    on: {
      opened: (opened) => (socket = opened as WebSocket),
      ping(isReceived, payload) {
        if (isReceived && payload?.['accessTokenExpiresAt'])
          socket?.send(JSON.stringify({ type: 'ping', payload: bearer(token()) }));
      },
    },
  });
}

const byGraphqlWs: Open = (url, operation, token, sink) => {
  const client = socketOf(url, token);
  client.subscribe(operation, { next: sink.result, error: sink.error, complete: sink.over });
  return () => client.dispose();
};

const byGraphqlSse: Open = (url, operation, token, sink) => {
  const client = createSseClient({ url, headers: () => bearer(token()), retryAttempts: 0 });
  client.subscribe(operation, { next: sink.result, error: sink.error, complete: sink.over });
  return () => client.dispose();
};

function byApollo(linkOf: (url: string, token: Token) => { link: ApolloLink; close: () => unknown }): Open {
  return (url, { query, variables }, token, sink) => {
    const { close, link } = linkOf(url, token);
    const apollo = new ApolloClient({ cache: new InMemoryCache(), link });
    const subscription = apollo
      .subscribe({ query: gql(query), variables, fetchPolicy: 'no-cache', errorPolicy: 'all' })
      .subscribe({
        next({ data, error }) {
          sink.result({ data });
          if (error) sink.error(error);
        },
        error: sink.error,
        complete: sink.over,
      });
    return async () => {
      subscription.unsubscribe();
      apollo.stop();
      await close();
    };
  };
}

function byUrql(
  exchangeOf: (url: string, token: Token) => { exchange: Exchange; close: () => unknown },
  accept?: string,
): Open {
  return (url, { query, variables }, token, sink) => {
    const { close, exchange } = exchangeOf(url, token);
    const client = new Client({
      url,
      preferGetMethod: false,
      fetchSubscriptions: accept !== undefined,
      fetchOptions: () => ({ headers: { ...bearer(token()), ...(accept ? { accept } : {}) } }),
      exchanges: [exchange],
    });
    let hasFailed = false;
    // It tells its last result again when the stream ends, and the one before an error with it.
    const { unsubscribe } = client
      .subscription<unknown, AnyVariables>(query, variables)
      .subscribe(({ data, error, hasNext }) => {
        if (error && !hasFailed) sink.error(error);
        else if (!error && hasNext) sink.result({ data });
        hasFailed ||= error !== undefined;
        if (!hasNext) sink.over();
      });
    return () => {
      unsubscribe();
      return close();
    };
  };
}

function byLiveClient(transport?: typeof overServerSentEvents): Open {
  return (url, { query, variables }, token, sink) => {
    const live = createLiveClient({
      url: transport ? url : socketUrl(url),
      ...(transport && { transport }),
      token,
      settings: { firstWaitMs: 100, longestWaitMs: 500 },
    });
    live.listen<Record<string, Event>>(
      { query, variables },
      {
        onEvent: (event) => sink.result({ data: { event } }),
        onReset: (reason) => sink.result({ data: { event: { __typename: 'Reset', reason } } }),
        onEnd: (error) => (error ? sink.error(error) : sink.over()),
      },
    );
    return live.close;
  };
}

const open: [name: string, ClientKind['transport'], Open][] = [
  ['graphql-ws', 'websocket', byGraphqlWs],
  [
    '@apollo/client',
    'websocket',
    byApollo((url, token) => {
      const socket = socketOf(url, token);
      return { link: new GraphQLWsLink(socket), close: () => socket.dispose() };
    }),
  ],
  [
    'urql',
    'websocket',
    byUrql((url, token) => {
      const socket = socketOf(url, token);
      const exchange = subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { query, variables: variables as Operation['variables'] },
              sink as never,
            ),
          }),
        }),
      });
      return { exchange, close: () => socket.dispose() };
    }),
  ],
  ['live-client', 'websocket', byLiveClient()],
  ['live-client', 'sse', byLiveClient(overServerSentEvents)],
  ['graphql-sse', 'sse', byGraphqlSse],
  ['urql', 'sse', byUrql(() => ({ exchange: fetchExchange, close: () => undefined }), 'text/event-stream')],
  [
    '@apollo/client',
    'multipart',
    byApollo((uri, token) => ({
      link: new HttpLink({ uri, headers: bearer(token()) }),
      close: () => undefined,
    })),
  ],
  [
    'urql',
    'multipart',
    byUrql(
      () => ({ exchange: fetchExchange, close: () => undefined }),
      'multipart/mixed;subscriptionSpec="1.0"',
    ),
  ],
];

/** What apps use, by each transport that it can. */
export const clientKinds: readonly ClientKind[] = open.map(([library, transport, subscribe]) => ({
  name: `${library} by ${transport}`,
  transport,
  goesOn: library === 'live-client',
  open(url, operation, token) {
    const { heard, sink } = createHeard();
    const leave = subscribe(url, operation, token, sink);
    return Object.assign(heard, { leave: async () => void (await leave()) });
  },
}));
