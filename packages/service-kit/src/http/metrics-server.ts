import { setTimeout as sleep } from 'node:timers/promises';
import { fastify } from 'fastify';
import { metrics } from '../observe/metrics.ts';
import { answerClientFault } from './client-fault.ts';

export const metricsLimits = {
  /** Connections at a time; more are closed unanswered. */
  connections: 16,
  /** For a request to come, and for a client that does not read what it asked for. */
  waitMs: 10_000,
  /** From the end of one page to the next: writing one takes the process's only thread. */
  restMs: 50,
} as const;

/**
 * Serves `/metrics` in Prometheus's text form on a port of its own, away from clients. However many ask at
 * once, it writes few pages.
 */
export async function serveMetrics(address: {
  host: string;
  port: number;
}): Promise<{ url: string; close(): Promise<void> }> {
  const { connections, waitMs } = metricsLimits;
  const app = fastify({
    bodyLimit: 1,
    requestTimeout: waitMs,
    connectionTimeout: waitMs,
    forceCloseConnections: true,
    clientErrorHandler: answerClientFault,
  });
  app.server.maxConnections = connections;
  const page = createPage();
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await page()));
  const url = await app.listen(address);
  return { url, close: () => app.close() };
}

/** A page is never older than its request; requests that wait share one. */
function createPage(): () => Promise<string> {
  let next: Promise<string> | undefined;
  let restedAtMs = 0;
  async function write(): Promise<string> {
    await sleep(Math.max(0, restedAtMs - performance.now()));
    next = undefined;
    try {
      return await metrics.metrics();
    } finally {
      restedAtMs = performance.now() + metricsLimits.restMs;
    }
  }
  return () => (next ??= write());
}
