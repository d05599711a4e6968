import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** Fast rather than small: most of a JSON answer's redundancy goes at the lowest levels. */
const level = 2;
const compress = promisify(gzip);

/**
 * Compresses long answers for clients that take it. Short ones cost more time than they save, and 0 leaves it
 * all to the proxy in front.
 */
export function compressAnswers(scope: FastifyInstance, fromBytes: number): void {
  if (fromBytes === 0) return;
  scope.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < fromBytes) return payload;
    reply.header('vary', 'accept-encoding');
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return payload;
    const compressed = await compress(payload, { level });
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    return compressed;
  });
}
