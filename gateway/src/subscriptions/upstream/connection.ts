import { GRAPHQL_TRANSPORT_WS_PROTOCOL, MessageType, parseMessage, type SubscribePayload } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SubgraphResponse } from '../../execution/types.ts';
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
  const socket = new WebSocket(options.url, GRAPHQL_TRANSPORT_WS_PROTOCOL, {
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
    const message = parseMessage(text);
    switch (message.type) {
      case MessageType.ConnectionAck:
        clearTimeout(ackTimer);
        isAcknowledged = true;
        for (const [id, { payload }] of subscribers) start(id, payload);
        return;
      case MessageType.Next:
        subscribers.get(message.id)?.sink.next(message.payload as SubgraphResponse);
        return;
      case MessageType.Error:
        return finish(message.id, { kind: 'refused', errors: message.payload });
      case MessageType.Complete:
        return finish(message.id, { kind: 'completed' });
      case MessageType.Ping:
        return send({ type: MessageType.Pong });
      default: // a pong, or what only clients send
    }
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
