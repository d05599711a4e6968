import './no-telemetry.ts';
import { createHttpServer, type HttpServer, type Lifecycle, type Logger } from '@murmuration/service-kit';
import { createApolloServer } from './apollo-server.ts';
import type { GatewayConfig } from './config.ts';
import { createEdgeRules } from './edge-rules.ts';
import { serveIde } from './ide/routes.ts';
import { startIdentity } from './identity/create-identity.ts';
import { createHotDocuments } from './plugins/hot-documents.ts';
import { readSubgraphUrls } from './subgraph-urls.ts';
import { startLive } from './subscriptions/start.ts';
import { startSupergraph } from './supergraph/host.ts';
import { createLastGood } from './supergraph/last-good.ts';
import { sourceOf } from './supergraph/source-of.ts';
import { allowOrigins } from './transport/cors.ts';
import { serveGraphQL } from './transport/graphql-route.ts';
import { answerFaults } from './transport/refusals.ts';
import { createSign } from './transport/sign.ts';
import { createSubgraphFetcher } from './transport/subgraph-fetcher.ts';
import { createSubgraphHealth } from './transport/subgraph-health.ts';

/** Makes the gateway from its parts, in the order in which a request meets them, and listens. */
export async function startGateway(
  config: GatewayConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<{ url: string; http: HttpServer }> {
  const deadlineMs = config.REQUEST_DEADLINE_MS;
  const sign = createSign(config.INTERNAL_KEYS);
  const urls = readSubgraphUrls(config.SUBGRAPH_URLS);
  const fetcher = createSubgraphFetcher({
    sign,
    urls,
    connections: config.SUBGRAPH_CONNECTIONS,
    connectionMaxLifeMs: config.SUBGRAPH_CONNECTION_MAX_LIFE_MS,
    singleFlight: config.SINGLE_FLIGHT,
    timeoutMs: config.SUBGRAPH_TIMEOUT_MS,
    deadlineMs,
  });
  lifecycle.onStop('subgraph connections', () => fetcher.close());
  const { authenticate, denyList } = await startIdentity(config, logger, lifecycle);

  const hot = createHotDocuments();
  const host = await startSupergraph({
    executor: config.EXECUTOR,
    source: sourceOf(config),
    lastGood: createLastGood(config.SUPERGRAPH_LAST_GOOD_FILE, logger),
    pollMs: config.SUPERGRAPH_POLL_MS,
    planCacheBytes: config.PLAN_CACHE_BYTES,
    fetcher,
    logger,
    hotDocuments: hot.documents,
  });
  lifecycle.onStop('supergraph', () => host.stop());
  const edge = await createEdgeRules(config, logger, lifecycle, hot);
  const { server, answer } = createApolloServer({ host, edge, config, logger });
  await server.start();
  lifecycle.onStop('Apollo Server', () => server.stop());

  const http = createHttpServer({
    logger,
    bodyBytes: config.BODY_LIMIT_BYTES,
    readiness: { subgraphs: createSubgraphHealth({ fetcher, subgraphs: () => host.current().subgraphs }) },
  });
  answerFaults(http.app);
  allowOrigins(http.app, config.CORS_ORIGINS);
  if (config.IDE) {
    serveIde(http.app, {
      server,
      schema: () => host.current().apiSchema,
      examplesFile: config.IDE_EXAMPLES_FILE,
      deadlineMs,
    });
  }

  const live = startLive({
    http: http.app.server,
    server,
    host,
    authenticate,
    denyList,
    sign,
    urls,
    edge,
    config,
    logger,
  });
  serveGraphQL(http, {
    answer,
    authenticate,
    streams: live.streams,
    documents: edge.documents,
    trustedProxies: config.TRUSTED_PROXIES,
    compressFromBytes: config.COMPRESS_FROM_BYTES,
    bodyBytes: config.BODY_LIMIT_BYTES,
    deadlineMs,
    logger,
  });
  lifecycle.onStop('upstream sockets', () => live.upstreams.close());

  const url = await http.listen({ host: config.HOST, port: config.PORT });
  lifecycle.onStop('clients', async () => {
    live.streams.drain();
    await Promise.all([http.drain(config.DRAIN_DELAY_MS), live.sockets.drain(config.DRAIN_MS)]);
    // Those that were opened while it still served.
    live.streams.drain();
    await http.app.close();
  });
  return { url, http };
}
