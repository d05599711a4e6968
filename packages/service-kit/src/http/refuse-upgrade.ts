import type { Duplex } from 'node:stream';
import { endLingering } from './linger.ts';

/**
 * Answers an upgrade with an error and ends its connection. Node takes its own listeners off a socket that
 * asks for an upgrade: one that breaks before it was answered would end the process, and one whose other end
 * never closes would stay for ever.
 */
export function refuseUpgrade(socket: Duplex, status: string, ...headers: string[]): void {
  socket.write(
    [`HTTP/1.1 ${status}`, 'Connection: close', 'Content-Length: 0', ...headers, '', ''].join('\r\n'),
  );
  endLingering(socket);
}
