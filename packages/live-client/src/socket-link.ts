import { backOffMs } from './back-off.ts';
import type { Closed } from './close-codes.ts';
import { type Connection, type Message, openConnection } from './connection.ts';
import { finalError, LiveError, type ResultError } from './errors.ts';
import type { Attached, Link, LinkOptions, WebSocketConstructor } from './link.ts';
import type { Result } from './operation.ts';

type Timer = ReturnType<typeof setTimeout>;

/** A stream on the socket; `id` while the server runs it. */
interface Carried {
  readonly stream: Attached;
  id: string | undefined;
  failures: number;
  timer: Timer | undefined;
}

/** Many streams over one websocket (`graphql-transport-ws`), opened when there is one to carry. */
export function overWebSocket({ onStatus, settings, token, url, ...given }: LinkOptions): Link {
  const WebSocket = given.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketConstructor);
  const carried = new Set<Carried>();
  const byId = new Map<string, Carried>();
  let connection: Connection | undefined;
  let isOpen = false;
  let isStale = false;
  let attempt = 0;
  let lastId = 0;
  let openedAtMs = 0;
  let downSinceMs: number | undefined;
  let retry: Timer | undefined;
  let idle: Timer | undefined;

  function connect(): void {
    clearTimeout(retry);
    retry = undefined;
    onStatus('connecting');
    connection = openConnection({ url, token, isStale, WebSocket, settings }, { onAck, onMessage, onClosed });
  }

  function onAck(): void {
    isOpen = true;
    isStale = false;
    openedAtMs = performance.now();
    downSinceMs = undefined;
    onStatus('open');
    for (const one of carried) begin(one);
  }

  function begin(one: Carried): void {
    clearTimeout(one.timer);
    one.id = String(++lastId);
    byId.set(one.id, one);
    connection?.send({ id: one.id, type: 'subscribe', payload: one.stream.payload() });
    one.stream.opened();
  }

  /** The server runs it no more, or is told so. */
  function halt(one: Carried, isRunning: boolean): void {
    clearTimeout(one.timer);
    if (one.id === undefined) return;
    byId.delete(one.id);
    if (isRunning) connection?.send({ id: one.id, type: 'complete' });
    one.id = undefined;
  }

  function onMessage({ id = '', payload, type }: Message): void {
    const one = byId.get(id);
    if (!one) return;
    if (type === 'next') {
      const result = payload as Result;
      if (!result.data) return fail(one, result.errors ?? [], true);
      one.failures = 0;
      one.stream.next(result);
    } else if (type === 'error') {
      fail(one, payload as readonly ResultError[], false);
    } else if (type === 'complete') {
      halt(one, false);
      leave(one);
      one.stream.end();
    }
  }

  function fail(one: Carried, errors: readonly ResultError[], isRunning: boolean): void {
    halt(one, isRunning);
    const error = finalError(errors);
    if (error) {
      leave(one);
      one.stream.end(error);
    } else {
      one.timer = setTimeout(() => isOpen && begin(one), backOffMs(one.failures++, settings));
    }
  }

  function onClosed(closed: Closed, reason: string): void {
    connection = undefined;
    const wasOpen = isOpen;
    isOpen = false;
    byId.clear();
    for (const one of carried) halt(one, false);
    if (wasOpen && performance.now() - openedAtMs >= settings.steadyMs) attempt = 0;
    if (closed === 'stale') {
      // A fresh token was refused like the one before it.
      if (isStale && !wasOpen) return endAll(new LiveError('UNAUTHENTICATED', reason));
      isStale = true;
    } else if (closed !== 'lost') return endAll(new LiveError(closed, reason));
    downSinceMs ??= performance.now();
    if (performance.now() - downSinceMs >= settings.giveUpAfterMs)
      return endAll(new LiveError('UNREACHABLE', reason));
    if (carried.size === 0) return onStatus('idle');
    onStatus('waiting');
    retry = setTimeout(connect, backOffMs(attempt++, settings));
  }

  function endAll(error: LiveError): void {
    isStale = false;
    attempt = 0;
    downSinceMs = undefined;
    onStatus('idle');
    const ended = [...carried];
    carried.clear();
    for (const { stream } of ended) stream.end(error);
  }

  function leave(one: Carried): void {
    carried.delete(one);
    clearTimeout(idle);
    if (carried.size > 0) return;
    idle = setTimeout(disconnect, settings.idleMs);
  }

  function disconnect(): void {
    clearTimeout(idle);
    clearTimeout(retry);
    retry = undefined;
    connection?.close();
    connection = undefined;
    isOpen = false;
    onStatus('idle');
  }

  return {
    close: disconnect,
    attach(stream) {
      const one: Carried = { stream, id: undefined, failures: 0, timer: undefined };
      carried.add(one);
      clearTimeout(idle);
      if (isOpen) begin(one);
      else if (!connection && retry === undefined) connect();
      return () => {
        if (!carried.has(one)) return;
        halt(one, true);
        leave(one);
      };
    },
    hint(isOnline) {
      if (isOpen) connection?.probe();
      else if (isOnline && retry !== undefined) connect();
    },
  };
}
