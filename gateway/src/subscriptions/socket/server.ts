import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { callerKeyOf, refuseUpgrade } from '@murmuration/service-kit';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { clientAddressOf } from '../../transport/client-address.ts';
import type { Places } from '../places.ts';
import { type AcceptOptions, acceptSocket } from './accept.ts';
import { createFlushLater } from './flush-later.ts';
import type { SocketState } from './state.ts';

export interface SocketServer {
  /** Refuses new sockets and closes the open ones by name, spread over the given time; what waits for them is sent. */
  drain(withinMs: number): Promise<void>;
}

/** Takes websocket upgrades of `/graphql` on the port that serves HTTP. */
export function serveSockets(
  http: Server,
  options: Omit<AcceptOptions, 'flushLater'> & {
    places: Places;
    allowsOrigin(origin: string | undefined, host: string | undefined): boolean;
  },
): SocketServer {
  const { limits } = options;
  const accept: AcceptOptions = { ...options, flushLater: createFlushLater(limits.writePauseMs) };
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const closers = new Map<WebSocket, SocketState['close']>();
  let isDraining = false;

  function take(socket: WebSocket, request: IncomingMessage): void {
    closers.set(socket, acceptSocket(socket, request, accept));
    socket.once('close', () => closers.delete(socket));
  }

  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? '').split('?', 1)[0];
    if (path !== '/graphql') return refuseUpgrade(socket, '404 Not Found');
    const { origin, host } = request.headers;
    if (!options.allowsOrigin(origin, host)) return refuseUpgrade(socket, '403 Forbidden');
    const leave = isDraining
      ? undefined
      : options.places.take(undefined, callerKeyOf(clientAddressOf(request, options.trustedProxies)));
    if (!leave) return refuseUpgrade(socket, '503 Service Unavailable', 'Retry-After: 5');
    socket.once('close', leave);
    server.handleUpgrade(request, socket, head, (opened) => take(opened, request));
  });

  return {
    async drain(withinMs) {
      isDraining = true;
      await Promise.all(
        [...closers.values()].map(async (close) => {
          // Spread, or all clients of this process would knock at the others' doors in one moment.
          await new Promise((resolve) => setTimeout(resolve, Math.random() * withinMs));
          close('goingAway', 'This server is being replaced; connect again.');
        }),
      );
      server.close();
    },
  };
}
