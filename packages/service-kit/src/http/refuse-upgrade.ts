import type { Duplex } from 'node:stream';

/**
 * Answers an upgrade with an error and ends its connection. Node takes its own listeners off a socket that
 * asks for an upgrade: one that breaks before it was answered would end the process, and one whose other end
 * never closes would stay for ever.
 */
export function refuseUpgrade(socket: Duplex, status: string, ...headers: string[]): void {
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(
    [`HTTP/1.1 ${status}`, 'Connection: close', 'Content-Length: 0', ...headers, '', ''].join('\r\n'),
  );
}
