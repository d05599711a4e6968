import type { Socket } from 'node:net';
import net from 'node:net';
import { WebSocket } from 'ws';

/** An event of a home's stream as it came. */
export interface Update {
  __typename: string;
  cursor: string;
  postId?: string;
  edge?: { node: { id: string; text: string; author: { handle: string } | null } | null };
}

/** How a socket ends when it is cut: by a reset, by an end without a word, or politely. */
export const cutKinds = ['reset', 'end', 'close'] as const;
export type CutKind = (typeof cutKinds)[number];

export interface Connection {
  /** Ends it; its client hears nothing more. */
  cut(kind: CutKind): void;
}

/** What a client hears, step by step; nothing after `onClosed`, which is called when the other side ended it. */
export interface Steps {
  onConnected(): void;
  onOpened(): void;
  onAcknowledged(): void;
  onSubscribed(): void;
  onUpdate(update: Update): void;
  /** Errors of the stream, which end it. */
  onErrors(errors: unknown): void;
  onClosed(code: number): void;
}

const query = `subscription ($after: String) { homeTimelineUpdates(after: $after) { __typename cursor
  ... on PostAdded { edge { node { id text author { handle } } } } ... on PostRemoved { postId } ... on Reset { reason } } }`;

/** One websocket with one stream, written by hand so that each frame can be seen and the socket cut at any of them. */
export function connect(url: string, token: string, after: string, steps: Steps): Connection {
  let tcp: Socket | undefined;
  let isOver = false;
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', {
    perMessageDeflate: false,
    createConnection: ((options: net.NetConnectOpts) => {
      tcp = net.connect(options);
      tcp.once('connect', () => isOver || steps.onConnected());
      return tcp;
    }) as typeof net.createConnection,
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  const end = (code: number) => {
    if (isOver) return;
    isOver = true;
    steps.onClosed(code);
  };

  socket.on('error', () => undefined); // `close` follows
  socket.on('close', end);
  socket.on('open', () => {
    if (isOver) return;
    steps.onOpened();
    if (isOver) return;
    send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  });
  socket.on('message', (data) => {
    if (isOver) return;
    const message = JSON.parse(String(data));
    if (message.type === 'ping') send({ type: 'pong' });
    else if (message.type === 'connection_ack') {
      steps.onAcknowledged();
      if (isOver) return;
      send({ id: '1', type: 'subscribe', payload: { query, variables: { after } } });
      steps.onSubscribed();
    } else if (message.type === 'next' && message.payload.data) {
      steps.onUpdate(message.payload.data.homeTimelineUpdates);
    } else if (message.type === 'next' || message.type === 'error') {
      steps.onErrors(message.payload.errors ?? message.payload);
    }
  });

  return {
    cut(kind) {
      isOver = true;
      if (kind === 'close' && socket.readyState === socket.OPEN) return socket.close(1000);
      if (kind === 'reset') tcp?.resetAndDestroy();
      else tcp?.destroy();
      socket.terminate();
    },
  };
}
