import { readFileSync } from 'node:fs';
import { redisAddressOf } from '@murmuration/config';
import { openFeed } from '@murmuration/events';
import { createUserDatabase } from '@murmuration/prisma/user';
import {
  countStatements,
  createEnvironmentKeys,
  createInternalClient,
  createLogger,
  createRedisCache,
  createSealer,
  type Lifecycle,
  type Logger,
  watchKey,
} from '@murmuration/service-kit';
import {
  createSubgraph,
  liveStreamLimitsOf,
  serveSubgraphProcess,
  type Subgraph,
  watchPool,
} from '@murmuration/service-kit/subgraph';
import { openAddresses } from './addresses/open.ts';
import { accountSettingsOf, passkeySettingsOf, type UserConfig } from './config.ts';
import { type Context, createContext } from './context.ts';
import { serveUnsubscribe, unsubscribePath } from './digests/unsubscribe-route.ts';
import { exportLimits } from './export/limits.ts';
import { exportPath, serveExports } from './export/route.ts';
import { startHousekeeping } from './housekeeping/loop.ts';
import { serveUserFeed } from './internal/feed.ts';
import { registerInternalRoutes } from './internal/routes.ts';
import { userLiveLimits } from './live/limits.ts';
import type { NodeOwner } from './nodes/owners.ts';
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
    createContext: (request) => createContext(request, services),
    logger: options.logger,
  });
  return { subgraph, services };
}

/** Starts the process: database, cache, HTTP, metrics, housekeeping. Returns the base URL. */
export async function startUser(
  config: UserConfig,
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
  const redis = createRedisCache({ ...redisAddressOf(config), logger, name: 'user' });
  lifecycle.onStop('redis', () => redis.close());

  const keys = config.INTERNAL_KEYS;
  const ownerAt = (service: string, url: string): NodeOwner => {
    const client = createInternalClient({
      self: 'user',
      service,
      url,
      keys,
      timeoutMs: config.INTERNAL_TIMEOUT_MS,
    });
    lifecycle.onStop(`${service} client`, () => client.close());
    return { service, client };
  };
  const post = ownerAt('post', config.POST_URL);
  const timeline = ownerAt('timeline', config.TIMELINE_URL);

  const signingKeys = config.JWT_SIGNING_KEYS;
  const refreshTokenSecrets = config.REFRESH_TOKEN_SECRET;
  watchKey('access token', signingKeys[0]);
  watchKey('refresh token', refreshTokenSecrets[0]);
  const addresses = openAddresses(database, config, logger);
  const sealer = createSealer(createEnvironmentKeys(config.DATA_KEYS));
  const opened = openFeed({ name: 'user', databaseUrl: config.USER_DATABASE_URL, redis, logger });
  lifecycle.onStop('feed', () => opened.close());
  const { subgraph, services } = createUserSubgraph({
    database,
    redis,
    logger,
    keys,
    feed: opened.feed,
    liveLimits: {
      ...userLiveLimits,
      ...liveStreamLimitsOf(config),
      replayEvents: config.USER_REPLAY_EVENTS,
      windowChanges: config.USER_LIVE_WINDOW,
      streams: config.USER_STREAMS,
      streamsPerPerson: config.USER_STREAMS_PER_PERSON,
    },
    nodeOwners: { Post: post, Thread: post, Hashtag: post, List: timeline },
    signingKeys,
    refreshTokenSecrets,
    sealer,
    addresses,
    accounts: accountSettingsOf(config),
    passkeys: passkeySettingsOf(config),
    suggestions: { staleHours: config.SUGGESTIONS_STALE_HOURS, dismissed: config.SUGGESTIONS_DISMISSED },
    exports: { everyHours: config.EXPORT_EVERY_HOURS, downloads: config.EXPORT_DOWNLOADS },
    exportUrl: config.EXPORT_URL,
    relations: { maxFollowing: config.MAX_FOLLOWING, followsPerDay: config.FOLLOWS_PER_DAY },
  });
  // Chores have a connection of their own: requests never wait for them, and the metrics of statements tell
  // what requests cost.
  const choresDatabase = createUserDatabase({
    url: config.USER_DATABASE_URL,
    poolSize: 1,
    applicationName: 'murmuration-user-chores',
  });
  lifecycle.onStop('database of the chores', () => choresDatabase.$disconnect());
  const housekeeping = startHousekeeping(choresDatabase, { sealer, addresses }, logger);
  lifecycle.onStop('housekeeping', () => housekeeping.stop());

  return serveSubgraphProcess(subgraph, {
    config,
    databaseUrl: config.USER_DATABASE_URL,
    lifecycle,
    logger,
    readiness: { keys: addresses.ready },
    openPaths: [unsubscribePath, exportPath],
    addRoutes(app) {
      serveUnsubscribe(app, services.digests);
      serveExports(app, services.exports, exportLimits);
      registerInternalRoutes(app, { services, database, signingKeys });
      lifecycle.onStop('chores of the feed', serveUserFeed(app, opened, logger));
    },
    stopStreams: () => services.streams.stop(),
  });
}
