import type { IncomingMessage } from 'node:http';
import type { Logger } from '@murmuration/service-kit';
import { GraphQLError } from 'graphql';
import { MessageType, type Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { requestIdOf } from '../../operation/context.ts';
import type { Authenticate } from '../../identity/authenticate.ts';
import type { DenyList } from '../../identity/deny-list.ts';
import { clientAddressOf, clientAgentOf } from '../../transport/client-address.ts';
import { createLiveCaller } from '../caller.ts';
import { closeCodes } from '../close-codes.ts';
import type { LiveLimits } from '../limits.ts';
import { liveSockets, socketCloses } from '../metrics.ts';
import { keepAlive } from './keep-alive.ts';
import { createMessageRate } from './message-rate.ts';
import { createOutbox } from './outbox.ts';
import { closeBy, type SocketState } from './state.ts';

export interface AcceptOptions {
  protocol: Server<SocketState>;
  authenticate: Authenticate;
  denyList: DenyList;
  limits: LiveLimits;
  trustedProxies: number;
  logger: Logger;
  flushLater: Parameters<typeof createOutbox>[3];
}

const knownCodes = new Set<number>([1000, 1005, 1006, ...Object.values(closeCodes)]);
// From zero on, or the first close of a kind would not be a rise.
for (const code of [...knownCodes, 'other']) socketCloses.labels(String(code)).inc(0);

/**
 * Ties one websocket to the protocol: its messages, its caller, its pings, its end. Returns what closes it by name, behind
 * all that waits to be written to it.
 */
export function acceptSocket(
  socket: WebSocket,
  request: IncomingMessage,
  options: AcceptOptions,
): SocketState['close'] {
  const { limits, logger } = options;
  const outbox = createOutbox(socket, request.socket, limits, options.flushLater);
  const close: SocketState['close'] = (name, reason) => {
    outbox.flush();
    closeBy(socket, name, reason);
  };
  const sendJson = (message: object) => void outbox.send(JSON.stringify(message));
  const caller = createLiveCaller(options.authenticate, options.denyList, {
    onExpiring: (expiresAtMs) => sendJson({ type: MessageType.Ping, payload: tokenUntil(expiresAtMs) }),
    onExpired: () => close('tokenExpired', 'The access token has expired.'),
    onSessionEnded: () => close('sessionEnded', 'This session has ended.'),
  });
  const state: SocketState = {
    id: requestIdOf(request.headers),
    address: clientAddressOf(request, options.trustedProxies),
    agent: clientAgentOf(request),
    upgradeAuthorization: request.headers.authorization,
    caller,
    positions: new Map(),
    running: new Set(),
    started: 0,
    tell: outbox.tell,
    close,
    onClosed: (callback) => void socket.once('close', callback),
  };
  const mayCome = createMessageRate(limits.maxMessagesPerSecond);
  const alive = keepAlive(socket, outbox, limits, () =>
    close('slowConsumer', 'Messages are not being read.'),
  );

  async function onPing(payload: Record<string, unknown> | undefined): Promise<void> {
    const authorization = payload?.authorization;
    if (typeof authorization !== 'string') return sendJson({ type: MessageType.Pong });
    try {
      if (!(await caller.refresh(authorization))) return close('forbidden', 'That is another session.');
      const { expiresAtMs } = caller.current();
      sendJson({ type: MessageType.Pong, payload: tokenUntil(expiresAtMs ?? 0) });
    } catch (error) {
      close('forbidden', error instanceof GraphQLError ? error.message : 'The token could not be checked.');
    }
  }

  liveSockets.inc();
  const closed = options.protocol.opened(
    {
      protocol: socket.protocol,
      send: async (message) => outbox.send(message),
      close(code, reason) {
        outbox.flush();
        socket.close(code, reason);
      },
      onPing,
      onMessage: (handle) =>
        socket.on('message', (data) => {
          // What was in flight when the socket was closed by name must cost nothing more.
          if (socket.readyState !== socket.OPEN) return;
          if (!mayCome()) return close('tooManyMessages', `at most ${limits.maxMessagesPerSecond} a second`);
          handle(String(data)).catch((error: unknown) => {
            logger.error({ err: error }, 'a message could not be handled');
            close('internal', 'Internal error');
          });
        }),
    },
    state,
  );
  socket.on('error', () => undefined); // `close` follows, with the code
  socket.once('close', (code, reason) => {
    alive.stop();
    caller.stop();
    for (const running of state.running) running.abort();
    liveSockets.dec();
    socketCloses.labels(knownCodes.has(code) ? String(code) : 'other').inc();
    closed(code, String(reason)).catch((error: unknown) => logger.error({ err: error }, 'a close failed'));
  });
  return close;
}

function tokenUntil(expiresAtMs: number): { accessTokenExpiresAt: string } {
  return { accessTokenExpiresAt: new Date(expiresAtMs).toISOString() };
}
