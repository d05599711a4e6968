import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Delivered, type Delivery, delivered } from '../delivery/delivery.ts';
import { Fault } from '../faults.ts';
import type { AddRoute } from './secured.ts';

const query = z.object({
  contract: z.string().max(200).optional(),
  accessRules: z.enum(['keep', 'strip']).default('keep'),
});

const forEver = 'public, max-age=31536000, immutable';
const askAgain = 'public, no-cache';

/**
 * `GET …/supergraph` is the head, asked with its ETag; `GET …/versions/7/supergraph` never changes. Both may stand behind any
 * cache: what it keeps is kept by token.
 */
export function serveSupergraphs(add: AddRoute, delivery: Delivery): void {
  add({
    method: 'GET',
    path: '/supergraph',
    action: 'read',
    query,
    handle: async ({ graph, query: variant, reply, request }) =>
      send(request, reply, await delivery.head(graph, variant), askAgain),
  });
  add({
    method: 'GET',
    path: '/versions/:id/supergraph',
    action: 'read',
    query,
    handle: async ({ graph, params, query: variant, reply, request }) => {
      const id = /^\d{1,9}$/.test(params['id'] ?? '') ? Number(params['id']) : 0;
      return send(request, reply, await delivery.version(graph, id, variant), forEver);
    },
  });
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  one: Delivered | undefined,
  caching: string,
): FastifyReply {
  if (!one)
    throw new Fault('NOT_FOUND', 'There is no such supergraph; perhaps nothing has been published yet.');
  reply.headers({
    etag: one.etag,
    'cache-control': caching,
    vary: 'authorization',
    'supergraph-version': String(one.version),
    ...(one.signature !== undefined && { 'supergraph-signature': one.signature }),
  });
  if (isSame(request.headers['if-none-match'], one.etag)) {
    delivered.same.inc();
    return reply.code(304).send();
  }
  delivered.sent.inc();
  return reply.type('application/graphql; charset=utf-8').send(one.sdl);
}

/** Whether who asks has it already; a cache on the way may have weakened its tag. */
export function isSame(asked: string | undefined, etag: string): boolean {
  return asked?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) ?? false;
}
