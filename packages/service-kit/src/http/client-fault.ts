import type { Socket } from 'node:net';
import { errorCodes } from '../errors/codes.ts';
import { endLingering, type LingerLimits } from './linger.ts';

const statusOf: Record<string, string> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
};

/** Answers what is not HTTP, has too long a head or comes too late, in the form of every other refusal. */
export function answerClientFault(
  fault: Error & { code?: string },
  socket: Socket,
  limits?: LingerLimits,
): void {
  if (fault.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = statusOf[fault.code ?? ''] ?? '400 Bad Request';
  const body = JSON.stringify({
    errors: [{ message: `${status.slice('400 '.length)}.`, extensions: { code: errorCodes.badUserInput } }],
  });
  const head = [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.write([...head, '', body].join('\r\n'));
  endLingering(socket, limits);
}
