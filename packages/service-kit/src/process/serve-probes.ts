import type { Logger } from 'pino';
import { serveMetrics } from '../http/metrics-server.ts';
import type { Readiness } from '../http/readiness.ts';
import { createHttpServer } from '../http/server.ts';
import type { Lifecycle } from './lifecycle.ts';

/**
 * What a process serves that answers nobody: `/livez`, `/readyz` and its metrics. They stop with it.
 * @returns the base URL of the probes
 */
export async function serveProbes(options: {
  config: { HOST: string; PORT: number; METRICS_PORT: number };
  lifecycle: Lifecycle;
  logger: Logger;
  readiness: Record<string, Readiness>;
}): Promise<string> {
  const { config, lifecycle, logger, readiness } = options;
  const server = createHttpServer({ logger, readiness });
  const metricsServer = await serveMetrics({ host: config.HOST, port: config.METRICS_PORT });
  lifecycle.onStop('metrics', () => metricsServer.close());
  const url = await server.listen({ host: config.HOST, port: config.PORT });
  lifecycle.onStop('http', () => server.app.close());
  logger.info({ url, metrics: metricsServer.url }, 'started');
  return url;
}
