import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** Fast rather than small: most of a JSON answer's redundancy goes at the lowest levels. */
const level = 2;

/**
 * Compresses long answers for clients that take it. Short ones cost more time than they save, and 0 leaves it
 * all to the proxy in front.
 */
export function compressAnswers(scope: FastifyInstance, fromBytes: number): void {
  if (fromBytes === 0) return;
  scope.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' || payload.length < fromBytes) return done();
    reply.header('vary', 'accept-encoding');
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return done();
    gzip(payload, { level }, (error, compressed) => {
      if (error) return done(error);
      reply.header('content-encoding', 'gzip').removeHeader('content-length');
      done(null, compressed);
    });
  });
}
