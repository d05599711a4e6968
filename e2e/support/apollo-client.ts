import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

/** A client as an app would set it up: HTTP for queries and mutations, one websocket for what is live. */
export interface AppClient {
  apollo: ApolloClient;
  socket: Client;
  close(): Promise<void>;
}

export function createAppClient(url: string, accessToken: string | null = null): AppClient {
  const authorization = accessToken ? { authorization: `Bearer ${accessToken}` } : {};
  const socket = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: authorization,
    lazy: true,
  });
  const http = new SetContextLink((previous) => ({
    headers: { ...(previous['headers'] as object), ...authorization },
  })).concat(new HttpLink({ uri: url, fetch }));
  const apollo = new ApolloClient({
    cache: new InMemoryCache({ possibleTypes: { UserError: ['ValidationError', 'NotFound', 'Conflict'] } }),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      http,
    ),
    defaultOptions: { query: { fetchPolicy: 'network-only' } },
  });
  return {
    apollo,
    socket,
    async close() {
      apollo.stop();
      await socket.dispose();
    },
  };
}
