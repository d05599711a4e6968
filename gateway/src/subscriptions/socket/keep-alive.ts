import type { WebSocket } from 'ws';
import type { LiveLimits } from '../limits.ts';

/**
 * Pings a socket, drops it when it does not answer by the next ping, and notices a client that does not read:
 * what it was sent stays in this process's memory.
 */
export function keepAlive(
  socket: WebSocket,
  limits: Pick<LiveLimits, 'pingMs' | 'maxStalledMs'>,
  onStalled: () => void,
): { send(data: string): Promise<void>; stop(): void } {
  let isAlive = true;
  let unread = 0;
  let stalledSinceMs: number | undefined;

  const heard = () => {
    isAlive = true;
  };
  socket.on('pong', heard);
  socket.on('message', heard);

  const timer = setInterval(() => {
    if (stalledSinceMs !== undefined && Date.now() - stalledSinceMs > limits.maxStalledMs) return onStalled();
    // A socket full of unread messages cannot answer: the stall decides, not the ping.
    if (!isAlive && stalledSinceMs === undefined) return socket.terminate();
    isAlive = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, limits.pingMs).unref();

  return {
    send: (data) =>
      new Promise((resolve, reject) => {
        if (socket.readyState !== socket.OPEN) return resolve();
        unread++;
        stalledSinceMs ??= Date.now();
        socket.send(data, (error) => {
          unread--;
          stalledSinceMs = unread === 0 ? undefined : Date.now();
          if (error) reject(error);
          else resolve();
        });
      }),
    stop: () => clearInterval(timer),
  };
}
