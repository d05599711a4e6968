import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

interface Message {
  type: string;
  id?: string;
  payload?: Record<string, unknown>;
}

/** One socket as its server sees it. */
export interface Side {
  received: Message[];
  /** `subscribe` messages so far. */
  subscribed(): { id: string; variables: Record<string, unknown> }[];
  send(message: object): void;
  /** Sends an event to the newest subscription. */
  tell(event: object): void;
  close(code: number): void;
  cut(): void;
}

/** A server of `graphql-transport-ws` that does what a test says, and lets everybody in unless told otherwise. */
export async function startScriptedServer(onInit: (side: Side, token: unknown) => void = letIn) {
  const sides: Side[] = [];
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: () => 'graphql-transport-ws',
  });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket: WebSocket) => {
    const side = sideOf(socket);
    sides.push(side);
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Message;
      side.received.push(message);
      if (message.type === 'connection_init') onInit(side, message.payload?.['authorization']);
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sides,
    /** The newest socket. */
    last: () => sides.at(-1) as Side,
    async stop() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function letIn(side: Side): void {
  side.send({ type: 'connection_ack' });
}

function sideOf(socket: WebSocket): Side {
  const received: Message[] = [];
  const send = (message: object) => socket.send(JSON.stringify(message));
  const subscribed = () =>
    received.flatMap(({ id = '', payload, type }) =>
      type === 'subscribe' ? [{ id, variables: payload?.['variables'] as Record<string, unknown> }] : [],
    );
  return {
    received,
    subscribed,
    send,
    tell: (event) => send({ id: subscribed().at(-1)?.id, type: 'next', payload: { data: { feed: event } } }),
    close: (code) => socket.close(code),
    cut: () => socket.terminate(),
  };
}
