import type { InternalKey } from '@murmuration/config';
import type { Logger } from 'pino';
import { serveMetrics } from '../http/metrics-server.ts';
import type { Readiness } from '../http/readiness.ts';
import type { HttpServer } from '../http/server.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { RequestContext } from './context.ts';
import { createDatabaseCheck } from './database-check.ts';
import { serveLive } from './live.ts';
import { serveSubgraph } from './serve.ts';
import type { Subgraph } from './subgraph.ts';

export interface SubgraphProcessOptions {
  config: {
    HOST: string;
    PORT: number;
    METRICS_PORT: number;
    DRAIN_DELAY_MS: number;
    INTERNAL_KEYS: readonly [InternalKey, ...InternalKey[]];
  };
  databaseUrl: string;
  lifecycle: Lifecycle;
  logger: Logger;
  /** What the process waits for beside its database. */
  readiness?: Record<string, Readiness>;
  /** Paths whose requests prove by themselves what they may do. */
  openPaths?: readonly string[];
  /** Adds the routes that are not GraphQL, before the port is open. */
  addRoutes?(app: HttpServer['app']): void;
  /** Ends what open subscriptions are told by, once their sockets are closed. */
  stopStreams?(): Promise<void>;
}

/**
 * The last thing that a subgraph's process does: it serves GraphQL, subscriptions where there are any, its own routes, probes
 * and metrics. When it is stopped, it drains first, then closes sockets, streams, HTTP and metrics, and then what was opened before.
 * @returns the base URL
 */
export async function serveSubgraphProcess<Context extends RequestContext>(
  subgraph: Subgraph<Context>,
  options: SubgraphProcessOptions,
): Promise<string> {
  const { config, lifecycle, logger } = options;
  const { name, schema } = subgraph;
  const keys = config.INTERNAL_KEYS;
  const databaseCheck = createDatabaseCheck(options.databaseUrl, `murmuration-${name}`);
  lifecycle.onStop('database check', () => databaseCheck.close());
  const metrics = await serveMetrics({ host: config.HOST, port: config.METRICS_PORT });
  lifecycle.onStop('metrics', () => metrics.close());
  const server = serveSubgraph(subgraph, {
    logger,
    keys,
    readiness: { database: databaseCheck.check, ...options.readiness },
    openPaths: options.openPaths ?? [],
  });
  options.addRoutes?.(server.app);
  lifecycle.onStop('http', () => server.app.close());
  if (options.stopStreams) lifecycle.onStop('streams', options.stopStreams);
  if (schema.getSubscriptionType()) {
    const live = serveLive(server, subgraph, { keys, logger });
    lifecycle.onStop('live', () => live.close());
  }
  lifecycle.onStop('drain', () => server.drain(config.DRAIN_DELAY_MS));
  const url = await server.listen({ host: config.HOST, port: config.PORT });
  logger.info({ url, metrics: metrics.url }, 'started');
  return url;
}
