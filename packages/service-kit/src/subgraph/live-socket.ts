import { GRAPHQL_TRANSPORT_WS_PROTOCOL, type Server } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { type LiveClose, liveCloseCodes } from './live-codes.ts';
import type { LiveExtra } from './live-extra.ts';
import { createFrames } from './live-frames.ts';
import { manyProtocol } from './many-protocol.ts';

/** How much may lie in a socket's buffer before nothing more is written until it drains. */
const bufferedBytes = 4 * 1024 * 1024;

/**
 * Gives a socket to the protocol: pings both ways, an end to its life, and a name for every close. A message
 * is sent only once the one before has left, so that a slow socket is felt by the streams behind it.
 */
export function adaptSocket(
  ws: WebSocket,
  protocol: Server<LiveExtra>,
  limits: { pingMs: number; lifeMs: number },
  logger: Logger,
): void {
  const close = ({ code, reason }: LiveClose) => ws.close(code, reason);
  const frames = createFrames(ws.protocol === manyProtocol, (text) => write(ws, text));
  const closed = protocol.opened(
    {
      // The one is the other with a message more, which does not pass through here.
      protocol: ws.protocol === manyProtocol ? GRAPHQL_TRANSPORT_WS_PROTOCOL : ws.protocol,
      send(data) {
        frames.flush();
        return write(ws, data) ?? Promise.resolve();
      },
      close: (code, reason) => ws.close(code, reason),
      onMessage: (handle) =>
        ws.on('message', (data) => {
          handle(String(data)).catch((error: unknown) => {
            logger.error({ err: error }, 'a live stream failed');
            ws.close(4500, 'Internal server error');
          });
        }),
    },
    { close, frames },
  );

  let isAlive = true;
  ws.on('pong', () => {
    isAlive = true;
  });
  const ping = setInterval(() => {
    if (!isAlive) return ws.terminate();
    isAlive = false;
    ws.ping();
  }, limits.pingMs);
  // With jitter, or all that came together would come again together.
  const life = setTimeout(() => close(liveCloseCodes.endOfLife), limits.lifeMs * (0.8 + 0.4 * Math.random()));

  ws.on('error', (error) => logger.warn({ err: error }, 'a live socket failed'));
  ws.once('close', (code, reason) => {
    clearInterval(ping);
    clearTimeout(life);
    void closed(code, String(reason));
  });
}

/** Resolves, or is nothing, when little enough lies in the socket's buffer. */
function write(ws: WebSocket, data: string): Promise<void> | undefined {
  if (ws.readyState !== ws.OPEN) return undefined;
  if (ws.bufferedAmount <= bufferedBytes) {
    ws.send(data, ignore);
    return undefined;
  }
  return new Promise((resolve) => ws.send(data, () => resolve()));
}

/** A socket that breaks is closed, and that says it. */
function ignore(): void {}
