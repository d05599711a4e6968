import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { behindHeader, positionHeader, requestIdHeader } from '../operation/context.ts';

/**
 * Lets web pages of the named origins call; `*` lets all. No cookie carries identity here, so no credentials
 * are allowed. Without origins only pages of the gateway's own origin can.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'POST', 'OPTIONS'],
    exposedHeaders: [
      behindHeader,
      positionHeader,
      requestIdHeader,
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
    ],
    maxAge: 600,
  });
}
