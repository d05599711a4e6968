import { createRegistryDatabase } from '@murmuration/prisma/registry';
import {
  countStatements,
  createHttpServer,
  type HttpServer,
  type Lifecycle,
  type Logger,
} from '@murmuration/service-kit';
import { createDatabaseCheck, watchPool } from '@murmuration/service-kit/subgraph';
import { serveSupergraphs } from './api/delivery.ts';
import { answerFaults } from './api/answer-faults.ts';
import { serveGovernance } from './api/governance.ts';
import { serveJudgements } from './api/judgements.ts';
import { securedRoutes } from './api/secured.ts';
import { serveTrusted } from './api/trusted.ts';
import { serveReports } from './api/usage.ts';
import { serveStore } from './api/versions.ts';
import type { RegistryConfig } from './config.ts';
import { createDelivery } from './delivery/delivery.ts';
import { createGraphs } from './graphs.ts';
import { servePages } from './pages/routes.ts';
import { startRetention } from './retention.ts';
import type { OpenStore } from './store/open-store.ts';
import { postgresStore } from './store/postgres-store.ts';
import { createTokens, type Tokens } from './tokens/tokens.ts';
import { createWork } from './work/work.ts';

export interface RunningRegistry {
  url: string;
  http: HttpServer;
  tokens: Tokens;
}

/** Makes the registry of its parts and listens. */
export async function startRegistry(
  config: RegistryConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<RunningRegistry> {
  const databaseUrl = config.REGISTRY_DATABASE_URL;
  const database = createRegistryDatabase({
    url: databaseUrl,
    poolSize: config.REGISTRY_DATABASE_POOL,
    applicationName: 'murmuration-registry',
    onStatement: countStatements('registry'),
    onPool: (pool) => watchPool('registry', pool),
  });
  lifecycle.onStop('database', () => database.$disconnect());
  const readiness = createDatabaseCheck(databaseUrl, 'registry');
  lifecycle.onStop('readiness', () => readiness.close());
  const work = createWork(
    { databaseUrl },
    {
      timeoutMs: config.CHECK_TIMEOUT_MS,
      maxWaitMs: config.CHECK_WAIT_MS,
      maxWaiting: config.CHECK_MAX_WAITING,
      maxWaitingOfGraph: config.CHECK_MAX_WAITING_OF_GRAPH,
      maxHeapMiB: config.CHECK_MAX_HEAP_MIB,
    },
    logger,
  );
  lifecycle.onStop('work', () => work.close());

  const graphs = createGraphs(database);
  const tokens = createTokens(database, {
    graphs,
    given: config.REGISTRY_TOKENS,
    cacheMs: config.REGISTRY_TOKEN_CACHE_MS,
  });
  const signingKey = config.REGISTRY_SIGNING_KEY;
  const delivery = createDelivery(database, {
    work,
    signingKey,
    headCacheMs: config.REGISTRY_HEAD_CACHE_MS,
    logger,
  });

  const http = createHttpServer({ logger, readiness: { database: readiness.check } });
  answerFaults(http.app, logger);
  http.app.get('/.well-known/jwks.json', () => ({ keys: signingKey ? [signingKey.publicJwk] : [] }));
  const open: OpenStore = (graph) => postgresStore(database, graph.id);
  const add = securedRoutes(http.app, tokens);
  serveSupergraphs(add, delivery);
  serveStore(add, { open, work });
  serveJudgements(add, {
    database,
    work,
    delivery,
    bodyBytes: config.REGISTRY_BODY_BYTES,
    sdlBytes: config.REGISTRY_SDL_BYTES,
    mostChecks: config.CHECKS_KEEP_MOST,
  });
  serveReports(add, {
    database,
    limits: {
      operations: config.USAGE_MAX_OPERATIONS,
      documentBytes: config.USAGE_MAX_DOCUMENT_BYTES,
      clients: config.USAGE_MAX_CLIENTS,
      gateways: config.USAGE_MAX_GATEWAYS,
    },
    bodyBytes: config.USAGE_BODY_BYTES,
    reportsPerSecond: config.USAGE_REPORTS_PER_SECOND,
  });
  serveTrusted(add, { database, signingKey, work, bodyBytes: config.REGISTRY_BODY_BYTES });
  serveGovernance(add, { database, tokens });
  servePages(http.app, { database, graphs, open, tokens, work, isOpen: config.REGISTRY_OPEN_PAGES });

  const url = await http.listen({ host: config.HOST, port: config.PORT });
  lifecycle.onStop(
    'retention',
    startRetention(
      database,
      { usageDays: config.USAGE_KEEP_DAYS, checksDays: config.CHECKS_KEEP_DAYS },
      logger,
    ),
  );
  lifecycle.onStop('clients', async () => {
    await http.drain(config.DRAIN_DELAY_MS);
    await http.app.close();
  });
  return { url, http, tokens };
}
