import { redisAddressOf } from '@murmuration/config';
import { readFileSync } from 'node:fs';
import {
  countStatements,
  createEnvironmentKeys,
  createInternalClient,
  createLogger,
  createRedisCache,
  createSealer,
  type Lifecycle,
  type Logger,
} from '@murmuration/service-kit';
import {
  createSubgraph,
  liveStreamLimitsOf,
  servePersonData,
  serveSubgraphProcess,
  type Subgraph,
  watchPool,
} from '@murmuration/service-kit/subgraph';
import { appProvidersOf, pushHostsOf, type TimelineConfig } from './config.ts';
import type { Context } from './context.ts';
import { createTimelinePool, createTimelineReads } from './database/pool.ts';
import { createTimelinePersonData } from './export/person-data.ts';
import { registerInternalRoutes } from './internal/routes.ts';
import { timelineLimits } from './limits.ts';
import { resolvers } from './resolvers.ts';
import { type Services, startServices } from './services.ts';

const typeDefs = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

/** The subgraph in process, without a port: what tests use. */
export function createTimelineSubgraph(services: Services, logger: Logger): Subgraph<Context> {
  return createSubgraph<Context>({
    name: 'timeline',
    typeDefs,
    resolvers,
    createContext: (request) =>
      Object.assign(request, { services, loaders: services.lists.loadersFor(request.viewerId) }),
    logger,
  });
}

/** Starts the process that answers: database, cache, live hub, HTTP and websockets. Returns the base URL. */
export async function startTimeline(
  config: TimelineConfig,
  lifecycle: Lifecycle,
  logger: Logger = createLogger('timeline', config.LOG_LEVEL),
): Promise<string> {
  const count = countStatements('timeline');
  const connection = {
    url: config.TIMELINE_DATABASE_URL,
    onError: (error: Error) => logger.warn({ err: error }, 'an idle connection broke'),
    onStatement: count,
  };
  const pool = createTimelinePool({
    ...connection,
    poolSize: config.TIMELINE_DATABASE_POOL,
    applicationName: 'murmuration-timeline',
  });
  watchPool('timeline', pool);
  lifecycle.onStop('database', () => pool.end());
  const reads = createTimelineReads({ ...connection, applicationName: 'murmuration-timeline reads' });
  lifecycle.onStop('reads', () => reads.close());
  const redis = createRedisCache({ ...redisAddressOf(config), logger, name: 'timeline' });
  lifecycle.onStop('redis', () => redis.close());
  const keys = config.INTERNAL_KEYS;
  const { INTERNAL_TIMEOUT_MS: timeoutMs, USER_URL: userUrl } = config;
  const user = createInternalClient({ self: 'timeline', service: 'user', url: userUrl, keys, timeoutMs });
  lifecycle.onStop('user', () => user.close());
  const limits = {
    ...timelineLimits,
    ...liveStreamLimitsOf(config),
    pulledFollowees: config.TIMELINE_PULLED_FOLLOWEES,
    fanoutMaxAgeMs: config.FANOUT_MAX_AGE_MS,
    positionWaitMs: config.POSITION_WAIT_MS,
    replayEvents: config.TIMELINE_REPLAY_EVENTS,
    rebuildsAtOnce: config.TIMELINE_REBUILDS,
    streams: config.TIMELINE_STREAMS,
    streamsPerPerson: config.TIMELINE_STREAMS_PER_PERSON,
  };
  const push = {
    sealer: createSealer(createEnvironmentKeys(config.DATA_KEYS)),
    keys: config.VAPID_KEYS,
    hosts: pushHostsOf(config),
    apps: appProvidersOf(config),
  };
  const ofLists = {
    perPerson: config.TIMELINE_LISTS_PER_PERSON,
    members: config.TIMELINE_LIST_MEMBERS,
    followed: config.TIMELINE_FOLLOWED_LISTS,
  };
  const services = await startServices({
    pool,
    reads,
    redis,
    user,
    keys,
    logger,
    limits,
    listLimits: ofLists,
    push,
  });
  // It ends after the answers: reads, too, follow the log.
  lifecycle.onStop('log', () => services.stop());

  const subgraph = createTimelineSubgraph(services, logger);
  return serveSubgraphProcess(subgraph, {
    config,
    databaseUrl: config.TIMELINE_DATABASE_URL,
    lifecycle,
    logger,
    addRoutes(app) {
      app.get('/.well-known/jwks.json', async (_request, reply) =>
        reply.header('cache-control', 'public, max-age=5').send(await services.publicKeys()),
      );
      registerInternalRoutes(app, services);
      servePersonData(app, createTimelinePersonData(pool));
    },
  });
}
