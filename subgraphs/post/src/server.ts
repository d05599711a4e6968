import { readFileSync } from 'node:fs';
import { redisAddressOf } from '@murmuration/config';
import { createFeedWatch, openFeed, runConsumer } from '@murmuration/events';
import { createPostDatabase } from '@murmuration/prisma/post';
import {
  countStatements,
  createInternalClient,
  createRedisCache,
  type Lifecycle,
  type Logger,
} from '@murmuration/service-kit';
import {
  createAudienceVerifier,
  createSubgraph,
  servePersonData,
  serveSubgraphProcess,
  startAudienceKeys,
  type Subgraph,
  watchPool,
} from '@murmuration/service-kit/subgraph';
import { liveLimitsOf, type PostConfig } from './config.ts';
import type { Context } from './context.ts';
import { erasureConsumer } from './erasure/consumer.ts';
import { createPostPersonData } from './export/person-data.ts';
import { startHousekeeping } from './housekeeping/loop.ts';
import { servePostFeed } from './internal/feed.ts';
import { createAudienceKeyStore } from './live/audience-key-store.ts';
import { resolvers } from './resolvers.ts';
import { createServices, type ServiceOptions, type Services } from './services.ts';

const typeDefs = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

export interface PostSubgraph {
  subgraph: Subgraph<Context>;
  services: Services;
}

/** The subgraph without a port: tests and the seeder use it in process. The caller owns what it hands in. */
export function createPostSubgraph(options: ServiceOptions): PostSubgraph {
  const services = createServices(options);
  const subgraph = createSubgraph<Context>({
    name: 'post',
    typeDefs,
    resolvers,
    logger: options.logger,
    createContext: (request) =>
      Object.assign(request, { services, loaders: services.createLoaders(request) }),
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
    writesPoolSize: config.POST_WRITES_POOL,
    onWritesPool: (pool) => watchPool('post-writes', pool),
  });
  lifecycle.onStop('database', () => database.$disconnect());
  const redis = createRedisCache({ ...redisAddressOf(config), logger, name: 'post' });
  lifecycle.onStop('redis', () => redis.close());
  const keys = config.INTERNAL_KEYS;
  const { INTERNAL_TIMEOUT_MS: timeoutMs, USER_URL: userUrl } = config;
  const user = createInternalClient({ self: 'post', service: 'user', url: userUrl, keys, timeoutMs });
  lifecycle.onStop('user client', () => user.close());
  const timelineUrl = config.TIMELINE_URL;
  const timeline = createInternalClient({
    self: 'post',
    service: 'timeline',
    url: timelineUrl,
    keys,
    timeoutMs,
  });
  lifecycle.onStop('timeline client', () => timeline.close());
  // A connection of its own: a read of the feed waits for what comes.
  const watched = createInternalClient({ self: 'post', service: 'user', url: config.USER_URL, keys });
  lifecycle.onStop('feed of user', () => watched.close());
  // A connection of their own: requests never wait for chores, and the metrics of statements tell what requests cost.
  const choresDatabase = createPostDatabase({
    url: config.POST_DATABASE_URL,
    poolSize: 1,
    applicationName: 'post chores',
  });
  lifecycle.onStop('database of the chores', () => choresDatabase.$disconnect());

  const jwksUrl = `${timelineUrl}/.well-known/jwks.json`;
  const audiences = createAudienceVerifier({ issuer: 'timeline', url: jwksUrl, logger, timeoutMs });
  lifecycle.onStop('audiences', async () => audiences.stop());
  const audienceKeys = startAudienceKeys({ store: createAudienceKeyStore(choresDatabase), logger });
  lifecycle.onStop('audience keys', async () => audienceKeys.stop());
  const databaseUrl = config.POST_DATABASE_URL;
  const opened = openFeed({ name: 'post', databaseUrl, redis, logger });
  lifecycle.onStop('feed', () => opened.close());
  const feedOfUser = createInternalClient({ self: 'post', service: 'user', url: userUrl, keys });
  lifecycle.onStop('feed of user, for whom to erase', () => feedOfUser.close());
  const erasures = runConsumer(erasureConsumer({ user: feedOfUser, pool: opened.pool, databaseUrl, logger }));
  lifecycle.onStop('erasures', () => erasures.stop());
  const { feed } = opened;
  const { subgraph, services } = createPostSubgraph({
    audienceKeys,
    audiences,
    database,
    redis,
    user,
    timeline,
    keys,
    logger,
    feed,
    hidings: createFeedWatch(watched),
    liveLimits: liveLimitsOf(config),
    trends: {
      halfLifeHours: config.TRENDS_HALF_LIFE_HOURS,
      authors: config.TRENDS_AUTHORS,
      reactions: config.TRENDS_REACTIONS,
      uses: config.TRENDS_USES,
      posts: config.TRENDS_POSTS,
    },
    blockedTags: config.TRENDS_BLOCKED_TAGS,
    posting: { postsPerDay: config.POSTS_PER_DAY, mentionsPerDay: config.MENTIONS_PER_DAY },
    polls: { leastMinutes: config.POLL_MIN_MINUTES, mostMinutes: config.POLL_MAX_MINUTES },
  });
  const housekeeping = startHousekeeping(choresDatabase, services.trendKeeper, logger, {
    erasing: database,
    hint: services.hint,
  });
  lifecycle.onStop('housekeeping', () => housekeeping.stop());
  return serveSubgraphProcess(subgraph, {
    config,
    databaseUrl,
    lifecycle,
    logger,
    addRoutes(app) {
      app.get('/.well-known/jwks.json', async (_request, reply) =>
        reply.header('cache-control', 'public, max-age=5').send(await audienceKeys.published()),
      );
      servePersonData(app, createPostPersonData(database));
      lifecycle.onStop('chores of the feed', servePostFeed(app, opened, logger));
    },
    stopStreams: () => services.streams.stop(),
  });
}
