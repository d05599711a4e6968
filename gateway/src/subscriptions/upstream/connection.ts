import { errorCodes, manyProtocol, type NextManyMessage, nextManyType } from '@murmuration/service-kit';
import {
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  MessageType,
  type SubscribePayload,
  validateMessage,
} from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SubgraphError, SubgraphResponse } from '../../execution/types.ts';
import type { UpstreamEnd, UpstreamSink } from './sink.ts';

export const connectionLimits = {
  handshakeMs: 5_000,
  ackMs: 5_000,
  pingMs: 10_000,
  maxEventBytes: 8 * 1024 * 1024,
} as const;

export interface UpstreamConnection {
  /** `payload` is made when it is sent: its signature must be fresh. */
  subscribe(payload: () => SubscribePayload, sink: UpstreamSink): () => void;
  /** Tells every subscriber that the connection is to be replaced. */
  retire(): void;
  close(): void;
}

interface Subscriber {
  payload: () => SubscribePayload;
  sink: UpstreamSink;
}

/**
 * One multiplexed `graphql-transport-ws` connection to a subgraph. It never reconnects: whoever subscribed is
 * told that it is lost and knows best where to continue. Many people's subscriptions share it, each with an
 * envelope of its own.
 */
export function openConnection(options: {
  url: string;
  headers: Record<string, string>;
  onClosed(): void;
}): UpstreamConnection {
  const socket = new WebSocket(options.url, [manyProtocol, GRAPHQL_TRANSPORT_WS_PROTOCOL], {
    headers: options.headers,
    handshakeTimeout: connectionLimits.handshakeMs,
    maxPayload: connectionLimits.maxEventBytes,
    perMessageDeflate: false,
  });
  const subscribers = new Map<string, Subscriber>();
  let nextId = 0;
  let isAcknowledged = false;
  let isAlive = true;
  let ackTimer: NodeJS.Timeout | undefined;

  const send = (message: object) => socket.send(JSON.stringify(message));
  const pinger = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return;
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, connectionLimits.pingMs).unref();

  socket.on('open', () => {
    send({ type: MessageType.ConnectionInit });
    ackTimer = setTimeout(() => socket.terminate(), connectionLimits.ackMs);
  });
  socket.on('pong', () => (isAlive = true));
  socket.on('error', () => undefined); // `close` follows and says the same
  socket.on('close', (code) => {
    clearInterval(pinger);
    clearTimeout(ackTimer);
    options.onClosed();
    const crowd = subscribers.size;
    const because = `closed with ${code}`;
    for (const id of subscribers.keys()) finish(id, { kind: 'lost', because, crowd });
  });
  socket.on('message', (data) => {
    isAlive = true;
    try {
      receive(String(data));
    } catch {
      socket.terminate(); // not our protocol
    }
  });

  function receive(text: string): void {
    const read: unknown = JSON.parse(text);
    const arrivedAtMs = performance.now();
    if (isNextMany(read)) return receiveMany(read, arrivedAtMs);
    const message = validateMessage(read);
    switch (message.type) {
      case MessageType.ConnectionAck:
        clearTimeout(ackTimer);
        isAcknowledged = true;
        for (const [id, { payload }] of subscribers) start(id, payload);
        return;
      case MessageType.Next:
        subscribers
          .get(message.id)
          ?.sink.next({ response: message.payload as SubgraphResponse, own: undefined, arrivedAtMs });
        return;
      case MessageType.Error:
        return finish(message.id, endBy(message.payload));
      case MessageType.Complete:
        return finish(message.id, { kind: 'completed' });
      case MessageType.Ping:
        return send({ type: MessageType.Pong });
      default: // a pong, or what only clients send
    }
  }

  function receiveMany({ cursors, ids, payload, placeholder }: NextManyMessage, arrivedAtMs: number): void {
    const response = payload as SubgraphResponse;
    ids.forEach((id, i) => {
      const own = { cursor: cursors[i] ?? '', placeholder };
      subscribers.get(id)?.sink.next({ response, own, arrivedAtMs });
    });
  }

  function start(id: string, payload: () => SubscribePayload): void {
    send({ id, type: MessageType.Subscribe, payload: payload() });
  }

  function finish(id: string, end: UpstreamEnd): void {
    const subscriber = subscribers.get(id);
    subscribers.delete(id);
    subscriber?.sink.end(end);
  }

  return {
    subscribe(payload, sink) {
      const id = String(++nextId);
      subscribers.set(id, { payload, sink });
      if (isAcknowledged && socket.readyState === socket.OPEN) start(id, payload);
      return () => {
        if (!subscribers.delete(id)) return;
        if (isAcknowledged && socket.readyState === socket.OPEN) send({ id, type: MessageType.Complete });
      };
    },
    retire() {
      const crowd = subscribers.size;
      for (const { sink } of subscribers.values()) sink.retire(crowd);
    },
    close() {
      if (socket.readyState === socket.CONNECTING) socket.terminate();
      else socket.close(1000);
    },
  };
}

/** Whoever is told that too much waits for it has lost its place alone, and goes on behind its cursor. */
function endBy(errors: readonly SubgraphError[]): UpstreamEnd {
  const isSlow = errors.some(({ extensions }) => extensions?.code === errorCodes.slowConsumer);
  if (isSlow) return { kind: 'lost', because: errorCodes.slowConsumer, crowd: 1 };
  return { kind: 'refused', errors };
}

function isNextMany(message: unknown): message is NextManyMessage {
  if (typeof message !== 'object' || message === null) return false;
  const { cursors, ids, payload, placeholder, type } = message as Partial<NextManyMessage>;
  if (type !== nextManyType) return false;
  const isWhole =
    Array.isArray(ids) &&
    Array.isArray(cursors) &&
    ids.length === cursors.length &&
    typeof placeholder === 'string' &&
    typeof payload === 'object';
  if (!isWhole) throw new Error('a message for many is not whole');
  return true;
}
