import './no-telemetry.ts';
import { createHttpServer, type HttpServer, type Lifecycle, type Logger } from '@murmuration/service-kit';
import { wantsApollo } from './apollo/wants-apollo.ts';
import { type GatewayConfig, liveLimitsOf } from './config.ts';
import { serveIde } from './ide/routes.ts';
import { startIdentity } from './identity/create-identity.ts';
import { createAdmit } from './operation/admit.ts';
import { createExecute } from './operation/execute.ts';
import { formatOutcomes } from './operation/mask-errors.ts';
import { createRoad } from './operation/road.ts';
import { startRules } from './operation/rules.ts';
import { openSharedRedis } from './identity/shared-redis.ts';
import { startLive } from './subscriptions/start.ts';
import { createSubscribe } from './subscriptions/subscribe.ts';
import { createUpstreams } from './subscriptions/upstream/pool.ts';
import { startSupergraphOf } from './supergraph/start.ts';
import { allowOrigins } from './transport/cors.ts';
import { serveGraphQL } from './transport/graphql-route.ts';
import { answerFaults } from './transport/refusals.ts';
import { createSign } from './transport/sign.ts';
import { createSubgraphFetcher } from './transport/subgraph-fetcher.ts';
import { createSubgraphHealth } from './transport/subgraph-health.ts';
import { readSubgraphUrls } from './transport/subgraph-urls.ts';
import { usageReporterOf } from './usage/start.ts';

/** Makes the gateway from its parts, in the order in which a request meets them, and listens. */
export async function startGateway(
  config: GatewayConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<{ url: string; http: HttpServer }> {
  const deadlineMs = config.REQUEST_DEADLINE_MS;
  const sign = createSign(config.INTERNAL_KEYS);
  const urls = readSubgraphUrls(config.SUBGRAPH_URLS);
  const redis = openSharedRedis(config, logger, lifecycle);

  const rules = await startRules(config, { lifecycle, logger, redis });
  const identity = startIdentity(config, logger, lifecycle, redis);
  const fetcher = createSubgraphFetcher({
    sign,
    authenticate: async (authorization) => (await identity).authenticate(authorization),
    urls,
    connections: config.SUBGRAPH_CONNECTIONS,
    connectionMaxLifeMs: config.SUBGRAPH_CONNECTION_MAX_LIFE_MS,
    singleFlight: config.SINGLE_FLIGHT,
    timeoutMs: config.SUBGRAPH_TIMEOUT_MS,
    deadlineMs,
  });
  lifecycle.onStop('subgraph connections', () => fetcher.close());
  // Side by side: one waits for others, one for the processor.
  const [{ authenticate, denyList }, host] = await Promise.all([
    identity,
    startSupergraphOf(config, { fetcher, logger, rules }),
  ]);
  lifecycle.onStop('supergraph', async () => host.stop());
  const format = formatOutcomes(logger);
  const usage = usageReporterOf(config, {
    supergraph: () => host.serving().generation.id,
    logger,
    lifecycle,
  });
  const upstreams = createUpstreams({ sign, urls, maxLifeMs: config.UPSTREAM_MAX_LIFE_MS });

  // Imported when they are wanted: Apollo Server alone takes a third of a second.
  const execute = wantsApollo(config)
    ? await import('./apollo/start-apollo.ts').then(({ startApollo }) =>
        startApollo({ config, host, fetcher, logger, lifecycle }),
      )
    : createExecute(format);
  const road = createRoad({
    admit: createAdmit({ ...rules, serving: host.serving, plansAll: config.EXECUTOR === 'murmuration' }),
    execute,
    subscribe: createSubscribe({
      ...rules,
      host,
      upstreams,
      format,
      deadlineMs,
      limits: liveLimitsOf(config),
    }),
    format,
    observers: usage ? [...rules.observers, usage.observe] : rules.observers,
    maxInFlight: config.MAX_IN_FLIGHT,
  });

  const http = createHttpServer({
    logger,
    bodyBytes: config.BODY_LIMIT_BYTES,
    linger: { bytes: config.REFUSAL_DRAIN_BYTES, ms: config.REFUSAL_DRAIN_MS },
    readiness: {
      subgraphs: createSubgraphHealth({ fetcher, subgraphs: () => host.serving().generation.subgraphs }),
    },
  });
  answerFaults(http.app);
  allowOrigins(http.app, config.CORS_ORIGINS);
  if (config.IDE) {
    const schema = () => host.serving().generation.apiSchema;
    serveIde(http.app, { road, schema, examplesFile: config.IDE_EXAMPLES_FILE, deadlineMs });
  }
  const live = startLive({ http: http.app.server, road, authenticate, denyList, config, logger });
  serveGraphQL(http, {
    road,
    authenticate,
    streams: live.streams,
    trustedProxies: config.TRUSTED_PROXIES,
    compressFromBytes: config.COMPRESS_FROM_BYTES,
    bodyBytes: config.BODY_LIMIT_BYTES,
    deadlineMs,
    logger,
  });
  lifecycle.onStop('upstream sockets', () => upstreams.close());

  const url = await http.listen({ host: config.HOST, port: config.PORT });
  host.watch();
  usage?.start();
  lifecycle.onStop('clients', async () => {
    const { DRAIN_DELAY_MS, DRAIN_MS } = config;
    await Promise.all([
      http.drain(DRAIN_DELAY_MS),
      live.sockets.drain(DRAIN_MS),
      live.streams.drain(DRAIN_MS),
    ]);
    await http.app.close();
  });
  return { url, http };
}
