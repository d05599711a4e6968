import { readFileSync } from 'node:fs';
import { createPostDatabase } from '@murmuration/prisma/post';
import {
  countStatements,
  createInternalClient,
  createRedisCache,
  createSubgraph,
  type Lifecycle,
  type Logger,
  serveMetrics,
  serveSubgraph,
  type Subgraph,
  watchPool,
} from '@murmuration/service-kit';
import type { PostConfig } from './config.ts';
import type { Context } from './context.ts';
import { startHousekeeping } from './housekeeping/loop.ts';
import { servePostFeed } from './internal/feed.ts';
import { resolvers } from './resolvers.ts';
import { createServices, type Dependencies, type Services } from './services.ts';

const typeDefs = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

export interface PostSubgraph {
  subgraph: Subgraph<Context>;
  services: Services;
}

/** The subgraph without a port: tests and the seeder use it in process. The caller owns what it hands in. */
export function createPostSubgraph(dependencies: Dependencies): PostSubgraph {
  const services = createServices(dependencies);
  const subgraph = createSubgraph<Context>({
    name: 'post',
    typeDefs,
    resolvers,
    logger: dependencies.logger,
    createContext: (request) =>
      Object.assign(request, { services, loaders: services.createLoaders(request.viewerId) }),
  });
  return { subgraph, services };
}

/** The process: everything opened here is closed by the lifecycle, in reverse. @returns its base URL */
export async function startPost(config: PostConfig, lifecycle: Lifecycle, logger: Logger): Promise<string> {
  const database = createPostDatabase({
    url: config.POST_DATABASE_URL,
    poolSize: config.POST_DATABASE_POOL,
    applicationName: 'post',
    onStatement: countStatements('post'),
    onPool: (pool) => watchPool('post', pool),
  });
  lifecycle.onStop('database', () => database.$disconnect());
  const redis = createRedisCache({ url: config.REDIS_URL, logger, name: 'post' });
  lifecycle.onStop('redis', () => redis.close());
  const keys = config.INTERNAL_KEYS;
  const user = createInternalClient({ self: 'post', service: 'user', url: config.USER_URL, keys });
  lifecycle.onStop('user client', () => user.close());
  const housekeeping = startHousekeeping(database, logger);
  lifecycle.onStop('housekeeping', () => housekeeping.stop());

  const metrics = await serveMetrics({ host: config.HOST, port: config.METRICS_PORT });
  lifecycle.onStop('metrics', () => metrics.close());
  const { subgraph } = createPostSubgraph({ database, redis, user, keys, logger });
  const server = serveSubgraph(subgraph, {
    logger,
    keys,
    readiness: { database: async () => void (await database.$queryRaw`SELECT 1`) },
  });
  const feed = servePostFeed(server.app, { databaseUrl: config.POST_DATABASE_URL, redis, logger });
  lifecycle.onStop('feed', () => feed.close());
  lifecycle.onStop('http', () => server.app.close());
  lifecycle.onStop('drain', () => server.drain(config.DRAIN_DELAY_MS));
  const url = await server.listen({ host: config.HOST, port: config.PORT });
  logger.info({ url, metricsUrl: metrics.url }, 'post is listening');
  return url;
}
