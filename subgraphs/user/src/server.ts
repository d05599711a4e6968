import { readFileSync } from 'node:fs';
import { createUserDatabase } from '@murmuration/prisma/user';
import {
  countStatements,
  createLogger,
  createRedisCache,
  createSubgraph,
  type Lifecycle,
  type Logger,
  serveMetrics,
  serveSubgraph,
  type Subgraph,
  watchKey,
  watchPool,
} from '@murmuration/service-kit';
import type { Config } from './config.ts';
import { type Context, createContext } from './context.ts';
import { startHousekeeping } from './housekeeping/loop.ts';
import { serveUserFeed } from './internal/feed.ts';
import { registerInternalRoutes } from './internal/routes.ts';
import { resolvers } from './resolvers.ts';
import { createServices, type ServiceOptions, type Services } from './services.ts';

const typeDefs = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

export interface UserSubgraph {
  subgraph: Subgraph<Context>;
  services: Services;
}

/** The subgraph in process, without a port: what tests and the seeder use. The caller owns what it gives. */
export function createUserSubgraph(options: ServiceOptions): UserSubgraph {
  const services = createServices(options);
  const subgraph = createSubgraph<Context>({
    name: 'user',
    typeDefs,
    resolvers,
    createContext: (request) => createContext(request, services, options.database),
    logger: options.logger,
  });
  return { subgraph, services };
}

/** Starts the process: database, cache, HTTP, metrics, housekeeping. Returns the base URL. */
export async function startUser(
  config: Config,
  lifecycle: Lifecycle,
  logger: Logger = createLogger('user', config.LOG_LEVEL),
): Promise<string> {
  const database = createUserDatabase({
    url: config.USER_DATABASE_URL,
    poolSize: config.USER_DATABASE_POOL,
    applicationName: 'murmuration-user',
    onStatement: countStatements('user'),
    onPool: (pool) => watchPool('user', pool),
  });
  lifecycle.onStop('database', () => database.$disconnect());
  const redis = createRedisCache({ url: config.REDIS_URL, logger, name: 'user' });
  lifecycle.onStop('redis', () => redis.close());

  const signingKeys = config.JWT_SIGNING_KEYS;
  const refreshTokenSecrets = config.REFRESH_TOKEN_SECRET;
  watchKey('access token', signingKeys[0]);
  watchKey('refresh token', refreshTokenSecrets[0]);
  const { subgraph, services } = createUserSubgraph({
    database,
    redis,
    logger,
    keys: config.INTERNAL_KEYS,
    signingKeys,
    refreshTokenSecrets,
  });
  // Chores have a connection of their own: requests never wait for them, and the metrics of statements tell
  // what requests cost.
  const choresDatabase = createUserDatabase({
    url: config.USER_DATABASE_URL,
    poolSize: 1,
    applicationName: 'murmuration-user-chores',
  });
  lifecycle.onStop('database of the chores', () => choresDatabase.$disconnect());
  const housekeeping = startHousekeeping({ database: choresDatabase, logger });
  lifecycle.onStop('housekeeping', () => housekeeping.stop());

  const server = serveSubgraph(subgraph, {
    logger,
    keys: config.INTERNAL_KEYS,
    readiness: { database: async () => void (await database.$queryRaw`SELECT 1`) },
  });
  registerInternalRoutes(server.app, { services, database, signingKeys });
  const feed = serveUserFeed(server.app, { databaseUrl: config.USER_DATABASE_URL, redis, logger });
  lifecycle.onStop('feed', () => feed.close());
  const metricsServer = await serveMetrics({ host: config.HOST, port: config.METRICS_PORT });
  lifecycle.onStop('metrics', () => metricsServer.close());
  const url = await server.listen({ host: config.HOST, port: config.PORT });
  lifecycle.onStop('http', () => server.app.close());
  lifecycle.onStop('readiness', () => server.drain(config.DRAIN_DELAY_MS));
  logger.info({ url, metrics: metricsServer.url }, 'started');
  return url;
}
