import { type Closed, closedBy } from './close-codes.ts';
import type { Token, WebSocketConstructor, WebSocketLike } from './link.ts';
import type { LiveSettings } from './settings.ts';

/** A message of `graphql-transport-ws` that is about an operation. */
export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface Connection {
  send(message: object): void;
  /** Asks the other side at once whether it is there. */
  probe(): void;
  /** Ends it; nothing more is heard of it. */
  close(): void;
}

export interface ConnectionEvents {
  onAck(): void;
  onMessage(message: Message): void;
  /** Called once, unless it was closed from here. */
  onClosed(closed: Closed, reason: string): void;
}

export interface ConnectionOptions {
  url: string;
  token: Token;
  isStale: boolean;
  WebSocket: WebSocketConstructor;
  settings: LiveSettings;
}

const open = 1;

/** One websocket's life: the token, `connection_init`, pings both ways, fresh tokens, one end. */
export function openConnection(
  { isStale, settings, token, url, WebSocket }: ConnectionOptions,
  on: ConnectionEvents,
): Connection {
  let socket: WebSocketLike | undefined;
  let isOver = false;
  let refreshedAtMs = -Infinity;
  let refreshing: ReturnType<typeof setTimeout> | undefined;
  let watch = setTimeout(() => lose('connecting took too long'), settings.connectWaitMs);

  function end(): void {
    isOver = true;
    clearTimeout(watch);
    clearTimeout(refreshing);
    socket?.close(1000);
  }

  function close(closed: Closed, reason: string): void {
    if (isOver) return;
    end();
    on.onClosed(closed, reason);
  }

  const lose = (reason: string) => close('lost', reason);

  function send(message: object): void {
    if (socket?.readyState === open) socket.send(JSON.stringify(message));
  }

  /** Silence for so long is asked about, and more of it is an end: a network that is gone says nothing. */
  function heard(): void {
    clearTimeout(watch);
    watch = setTimeout(probe, settings.pingMs);
  }

  function probe(): void {
    clearTimeout(watch);
    watch = setTimeout(() => lose('the server is silent'), settings.pongWaitMs);
    send({ type: 'ping' });
  }

  /** The server says that the token runs out, and takes another one by a ping. */
  function refresh(): void {
    clearTimeout(refreshing);
    const waitMs = Math.max(0, refreshedAtMs + settings.refreshGapMs - performance.now());
    refreshing = setTimeout(async () => {
      refreshedAtMs = performance.now();
      try {
        const fresh = await token({ isStale: true });
        if (!isOver && fresh !== null) send({ type: 'ping', payload: { authorization: `Bearer ${fresh}` } });
      } catch {
        // Asked again, until the server closes by name.
        if (!isOver) refresh();
      }
    }, waitMs);
  }

  function onMessage({ data }: { data: unknown }): void {
    if (isOver) return;
    let message: Message;
    try {
      message = JSON.parse(String(data)) as Message;
    } catch {
      return close('PROTOCOL', 'The server sent what is not JSON.');
    }
    heard();
    switch (message.type) {
      case 'connection_ack':
        return on.onAck();
      case 'pong':
        return;
      case 'ping':
        if ((message.payload as { accessTokenExpiresAt?: unknown } | undefined)?.accessTokenExpiresAt)
          refresh();
        return send({ type: 'pong' });
      default:
        on.onMessage(message);
    }
  }

  async function start(): Promise<void> {
    try {
      const given = await token({ isStale });
      if (isOver) return;
      socket = new WebSocket(url, 'graphql-transport-ws');
      const payload = given === null ? {} : { authorization: `Bearer ${given}` };
      socket.addEventListener('open', () => send({ type: 'connection_init', payload }));
      socket.addEventListener('message', onMessage);
      socket.addEventListener('close', ({ code, reason }) => close(closedBy(code), reason));
      socket.addEventListener('error', () => undefined); // `close` follows
    } catch (error) {
      lose(String(error));
    }
  }

  void start();
  return { send, probe, close: end };
}
