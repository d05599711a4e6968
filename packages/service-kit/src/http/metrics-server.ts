import { fastify } from 'fastify';
import { metrics } from '../observe/metrics.ts';

/** Serves `/metrics` in Prometheus's text form on a port of its own, away from clients. */
export async function serveMetrics(address: {
  host: string;
  port: number;
}): Promise<{ url: string; close(): Promise<void> }> {
  const app = fastify();
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
  const url = await app.listen(address);
  return { url, close: () => app.close() };
}
