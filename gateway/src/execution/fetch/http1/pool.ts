import { Connection, type ConnectionLimits, type WireRequest } from './connection.ts';
import { originOf } from './origin.ts';

export type { Answer, WireRequest } from './connection.ts';

export interface PoolLimits extends ConnectionLimits {
  /** Connections at one time; further requests wait for one, in order. */
  connections: number;
}

/** Keep-alive connections to one origin. */
export interface Pool {
  send(request: WireRequest): void;
  /** Takes it back: it never leaves, or its connection is closed. It hears nothing more. */
  cancel(request: WireRequest): void;
  /** Lets running requests end, then closes every connection. */
  close(): Promise<void>;
}

/**
 * HTTP/1.1 for requests and answers that are short texts, and nothing else. With undici's pool, made for streams of
 * any kind, the whole gateway took a fifth more CPU for the small operation of `bench/gateway`.
 */
export function createPool(url: URL, limits: PoolLimits): Pool {
  const origin = originOf(url);
  const open = new Set<Connection>();
  /** The last one used is the first to be used again, so that those too many grow old. */
  const idle: Connection[] = [];
  const waiting = new Set<WireRequest>();
  let sweep: NodeJS.Timeout | undefined;
  let onEmpty: (() => void) | undefined;

  function onFree(connection: Connection, isReusable: boolean): void {
    if (!isReusable) remove(connection);
    const [next] = waiting;
    if (next) {
      waiting.delete(next);
      (isReusable ? connection : connect()).send(next);
    } else if (onEmpty) {
      if (isReusable) connection.close();
      if (open.size === 0) onEmpty();
    } else if (isReusable) {
      idle.push(connection);
      sweep ??= setTimeout(closeExpired, limits.keepAliveMs).unref();
    }
  }

  function remove(connection: Connection): void {
    open.delete(connection);
    const place = idle.indexOf(connection);
    if (place >= 0) idle.splice(place, 1);
  }

  function connect(): Connection {
    const connection = new Connection(origin, limits, onFree);
    open.add(connection);
    return connection;
  }

  function closeExpired(): void {
    sweep = undefined;
    const nowMs = performance.now();
    for (const connection of idle.filter(({ expiresAtMs }) => expiresAtMs <= nowMs)) connection.close();
    if (idle.length === 0) return;
    const nextMs = Math.min(...idle.map(({ expiresAtMs }) => expiresAtMs)) - nowMs;
    sweep = setTimeout(closeExpired, nextMs + 1).unref();
  }

  /** An idle one that the other side still keeps, as far as this one can know. */
  function takeIdle(): Connection | undefined {
    const nowMs = performance.now();
    for (let connection = idle.pop(); connection; connection = idle.pop()) {
      if (connection.expiresAtMs > nowMs) return connection;
      connection.close();
    }
    return undefined;
  }

  return {
    send(request) {
      if (onEmpty) return request.onError(new Error('the pool is closed'));
      const connection = takeIdle() ?? (open.size < limits.connections ? connect() : undefined);
      if (connection) connection.send(request);
      else waiting.add(request);
    },
    cancel(request) {
      if (waiting.delete(request)) return;
      for (const connection of open) if (connection.isBusyWith(request)) return connection.close();
    },
    async close() {
      clearTimeout(sweep);
      const empty = new Promise<void>((resolve) => (onEmpty = resolve));
      for (let connection = idle.pop(); connection; connection = idle.pop()) connection.close();
      if (open.size > 0) await empty;
    },
  };
}
