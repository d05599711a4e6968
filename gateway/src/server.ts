import './no-telemetry.ts';
import { createHttpServer, type HttpServer, type Lifecycle, type Logger } from '@murmuration/service-kit';
import { createApolloServer } from './apollo-server.ts';
import type { GatewayConfig } from './config.ts';
import { startIdentity } from './identity/create-identity.ts';
import { serveIde } from './ide/routes.ts';
import { readSubgraphUrls } from './subgraph-urls.ts';
import { createHotDocuments } from './plugins/hot-documents.ts';
import { startSupergraph } from './supergraph/host.ts';
import { fileSource } from './supergraph/source.ts';
import { allowOrigins } from './transport/cors.ts';
import { createSubgraphFetcher } from './transport/subgraph-fetcher.ts';
import { serveGraphQL } from './transport/graphql-route.ts';
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
  const fetcher = createSubgraphFetcher({
    sign: createSign(config.INTERNAL_KEYS),
    urls: readSubgraphUrls(config.SUBGRAPH_URLS),
    connections: config.SUBGRAPH_CONNECTIONS,
    timeoutMs: config.SUBGRAPH_TIMEOUT_MS,
    deadlineMs,
  });
  lifecycle.onStop('subgraph connections', () => fetcher.close());
  const { authenticate } = await startIdentity(config, logger, lifecycle);

  const hot = createHotDocuments();
  const host = await startSupergraph({
    executor: config.EXECUTOR,
    source: fileSource(config.SUPERGRAPH_FILE),
    pollMs: config.SUPERGRAPH_POLL_MS,
    fetcher,
    logger,
    hotDocuments: hot.documents,
  });
  lifecycle.onStop('supergraph', () => host.stop());
  const server = createApolloServer({ gateway: host.gateway, config, logger, plugins: [hot.plugin] });
  await server.start();
  lifecycle.onStop('Apollo Server', () => server.stop());

  const http = createHttpServer({
    logger,
    bodyBytes: config.BODY_LIMIT_BYTES,
    readiness: { subgraphs: createSubgraphHealth({ fetcher, subgraphs: () => host.current().subgraphs }) },
  });
  answerFaults(http.app);
  allowOrigins(http.app, config.CORS_ORIGINS);
  serveGraphQL(http.app, { server, authenticate, deadlineMs });
  if (config.IDE) {
    serveIde(http.app, {
      server,
      schema: () => host.current().apiSchema,
      examplesFile: config.IDE_EXAMPLES_FILE,
      deadlineMs,
    });
  }

  const url = await http.listen({ host: config.HOST, port: config.PORT });
  lifecycle.onStop('HTTP', () => {
    http.drain();
    return http.app.close();
  });
  return { url, http };
}
