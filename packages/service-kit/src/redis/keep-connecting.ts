import type { Redis } from 'ioredis';
import { redisLimits } from './connection.ts';

/**
 * Connects again whatever ended a connection but our own will. The library gives up for good when it is told to leave a
 * connection that it is still making: Sentinels announce a fail-over just while everybody asks them for the primary.
 * @returns whether it was closed by our own will
 */
export function keepConnecting(client: Redis): () => boolean {
  let isClosed = false;
  const disconnect = client.disconnect.bind(client);
  client.disconnect = (reconnect = false) => {
    isClosed ||= !reconnect;
    disconnect(reconnect);
  };
  client.on('end', () => {
    if (isClosed) return;
    const connect = () => {
      if (!isClosed && client.status === 'end') client.connect().catch(() => undefined);
    };
    setTimeout(connect, redisLimits.reconnectMs.first).unref();
  });
  return () => isClosed;
}
