import { type Client, createClient, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';

/** A client of the socket, and what its subscriptions have heard. */
export interface Heard {
  events: FormattedExecutionResult<Record<string, Record<string, unknown>>>[];
  ended: Promise<unknown>;
  stop(): void;
}

export function connect(url: string, params?: Record<string, unknown>): Client {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazyCloseTimeout: 60_000,
    ...(params ? { connectionParams: params } : {}),
  });
}

export function listen(client: Client, query: string, variables?: Record<string, unknown>): Heard {
  const events: Heard['events'] = [];
  let stop = () => {};
  const ended = new Promise<unknown>((resolve) => {
    stop = client.subscribe(
      { query, ...(variables ? { variables } : {}) },
      {
        next: (event) => events.push(event as Heard['events'][number]),
        error: resolve,
        complete: () => resolve('complete'),
      },
    );
  });
  return { events, ended, stop: () => stop() };
}

/** A bare socket for what no well-behaved client does. */
export async function rawSocket(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const received: Record<string, unknown>[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  socket.on('error', () => undefined);
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    socket,
    received,
    closed,
    send: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
  };
}
