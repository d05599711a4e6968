import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How much is still read, and thrown away, after an answer that did not wait for its request. */
export interface LingerLimits {
  /** Bytes of one connection; after them it is cut. */
  bytes: number;
  /** Time for all of them, in milliseconds. */
  ms: number;
}

export const lingerLimits: LingerLimits = { bytes: 16 * 1024 * 1024, ms: 5_000 };

/**
 * Makes every answer readable, also one given before the request's body has come. Closing at once is what Node does:
 * the system then answers what still arrives with a reset, which throws away the answer that the client has
 * not read yet (seen: a quarter of 3 MB posts ended in `EPIPE` instead of 413). Such a connection is half closed
 * instead, and read until its client closes it, within `limits`.
 *
 * A request that asks first (`Expect: 100-continue`) and whose length is above `bodyBytes` is not told to go on.
 */
export function lingerAfterEarlyAnswers(
  server: Server,
  options: { bodyBytes: number; limits?: LingerLimits },
): void {
  const { bodyBytes, limits = lingerLimits } = options;
  server.prependListener('request', (request, response) => watch(request, response, limits));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!(Number(request.headers['content-length']) > bodyBytes)) response.writeContinue();
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    watch(request, response, limits);
    response.writeHead(417, { connection: 'close', 'content-length': 0 }).end();
  });
}

/** Whether an answer given now comes before its request is complete; it must then end its connection. */
export function isEarly({ complete, headers }: IncomingMessage): boolean {
  return complete === false && hasBody(headers);
}

/** Ends a connection after what has been written to it, so that it can be read whatever is still on its way. */
export function endLingering(socket: Duplex, limits: LingerLimits = lingerLimits): void {
  let left = limits.bytes;
  const timer = setTimeout(() => socket.destroy(), limits.ms).unref();
  // The parser's among them: what comes now is no request any more.
  socket.removeAllListeners('data');
  socket.on('data', ({ length }: Buffer) => {
    if ((left -= length) < 0) socket.destroy();
  });
  socket.once('end', () => socket.destroy());
  socket.once('close', () => clearTimeout(timer));
  socket.on('error', () => socket.destroy());
  socket.end();
  socket.resume();
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
}

/** Node ends the connection of a last answer by `destroySoon`: once it is written, whatever still arrives. */
function watch(request: IncomingMessage, response: ServerResponse, limits: LingerLimits): void {
  if (!hasBody(request.headers)) return;
  response.once('prefinish', () => {
    const { socket } = request;
    if (request.complete || socket.destroyed) return;
    const destroySoon = socket.destroySoon.bind(socket);
    socket.destroySoon = () => (request.complete ? destroySoon() : endLingering(socket, limits));
  });
}
