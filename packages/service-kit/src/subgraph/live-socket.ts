import type { Server } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { type LiveClose, liveCloseCodes, type LiveExtra } from './live-codes.ts';

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
  const closed = protocol.opened(
    {
      protocol: ws.protocol,
      send: (data) => send(ws, data),
      close: (code, reason) => ws.close(code, reason),
      onMessage: (handle) =>
        ws.on('message', (data) => {
          handle(String(data)).catch((error: unknown) => {
            logger.error({ err: error }, 'a live stream failed');
            ws.close(4500, 'Internal server error');
          });
        }),
    },
    { close },
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

function send(ws: WebSocket, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (ws.readyState !== ws.OPEN) return resolve();
    const waits = ws.bufferedAmount > bufferedBytes;
    ws.send(data, (error) => {
      if (error && ws.readyState === ws.OPEN) reject(error);
      else if (waits) resolve();
    });
    if (!waits) resolve();
  });
}
