import './no-telemetry.ts';
import { createHttpServer, type HttpServer, type Lifecycle, type Logger } from '@murmuration/service-kit';
import { createApolloServer } from './apollo-server.ts';
import type { GatewayConfig } from './config.ts';
import { startIdentity } from './identity/create-identity.ts';
import { serveIde } from './ide/routes.ts';
import { createUrlOf } from './subgraph-urls.ts';
import { createStockGateway } from './supergraph/loader.ts';
import { fileSource } from './supergraph/source.ts';
import { watchSchema } from './supergraph/watch-schema.ts';
import { allowOrigins } from './transport/cors.ts';
import { createFetcher } from './transport/fetcher.ts';
import { serveGraphQL } from './transport/graphql-route.ts';
import { createPools } from './transport/pools.ts';
import { answerFaults } from './transport/refusals.ts';
import { createSign } from './transport/sign.ts';
import { createSubgraphHealth } from './transport/subgraph-health.ts';

/** Makes the gateway from its parts, in the order in which a request meets them, and listens. */
export async function startGateway(
  config: GatewayConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<{ url: string; http: HttpServer }> {
  if (!config.SUPERGRAPH_FILE) throw new Error('SUPERGRAPH_FILE is required');
  const deadlineMs = config.REQUEST_DEADLINE_MS;
  const pools = createPools({ connections: config.SUBGRAPH_CONNECTIONS });
  lifecycle.onStop('subgraph connections', () => pools.close());
  const fetcher = createFetcher({
    pools,
    sign: createSign(config.INTERNAL_KEYS),
    urlOf: createUrlOf(config.SUBGRAPH_URLS),
    timeoutMs: config.SUBGRAPH_TIMEOUT_MS,
  });

  const { authenticate } = await startIdentity(config, logger, lifecycle);
  const gateway = createStockGateway({
    source: fileSource(config.SUPERGRAPH_FILE),
    pollMs: config.SUPERGRAPH_POLL_MS,
    fetcher,
    logger,
  });
  const { subgraphs, schema } = watchSchema(gateway);
  const server = createApolloServer(gateway, config, logger);
  await server.start();
  lifecycle.onStop('Apollo Server', () => server.stop());

  const http = createHttpServer({
    logger,
    bodyBytes: config.BODY_LIMIT_BYTES,
    readiness: { subgraphs: createSubgraphHealth({ fetcher, subgraphs }) },
  });
  answerFaults(http.app);
  allowOrigins(http.app, config.CORS_ORIGINS);
  serveGraphQL(http.app, { server, authenticate, deadlineMs });
  if (config.IDE) {
    serveIde(http.app, { server, schema, examplesFile: config.IDE_EXAMPLES_FILE, deadlineMs });
  }

  const url = await http.listen({ host: config.HOST, port: config.PORT });
  lifecycle.onStop('HTTP', () => {
    http.drain();
    return http.app.close();
  });
  return { url, http };
}
