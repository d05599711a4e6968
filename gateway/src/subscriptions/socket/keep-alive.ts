import type { WebSocket } from 'ws';
import type { LiveLimits } from '../limits.ts';
import type { Outbox } from './outbox.ts';

/**
 * Pings a socket and notices a client that does not read: what it was sent stays in this process's memory.
 * Not to answer a ping is not to read it, so both end alike; a peer that is gone never learns the name, and
 * the websocket layer ends it some seconds later.
 */
export function keepAlive(
  socket: WebSocket,
  outbox: Pick<Outbox, 'stalledSinceMs'>,
  limits: Pick<LiveLimits, 'pingMs' | 'maxStalledMs'>,
  onStalled: () => void,
): { stop(): void } {
  let isAlive = true;

  const heard = () => {
    isAlive = true;
  };
  socket.on('pong', heard);
  socket.on('message', heard);

  const timer = setInterval(() => {
    const stalledSinceMs = outbox.stalledSinceMs();
    const isStalled =
      stalledSinceMs !== undefined && performance.now() - stalledSinceMs > limits.maxStalledMs;
    // A socket full of unread messages cannot answer yet: then the stall decides, not the ping.
    if (isStalled || (!isAlive && stalledSinceMs === undefined)) return onStalled();
    isAlive = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, limits.pingMs).unref();

  return { stop: () => clearInterval(timer) };
}
