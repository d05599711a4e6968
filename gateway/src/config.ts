import { readConfig, redisSentinelSettings, setting } from '@murmuration/config';
import { internalClientLimits, labelLimits, lingerLimits, viewersLimits } from '@murmuration/service-kit';
import { z } from 'zod';
import { defaultLimits } from './execution/fetch/settings.ts';
import {
  defaultMaxEvaluatedPlans,
  defaultMaxHeapMiB,
  defaultPlannerLimits,
  plannerNames,
} from './planning/planner.ts';
import { type LiveLimits, liveLimits } from './subscriptions/limits.ts';
import { upstreamLimits } from './subscriptions/upstream/pool.ts';
import { publicKeys } from './supergraph/public-keys.ts';
import { sourceLimits } from './supergraph/source.ts';
import { usageLimits } from './usage/limits.ts';

/** All settings of the process, read once; README.md explains each. */
export function readGatewayConfig(environment: NodeJS.ProcessEnv = process.env) {
  return readConfig(
    {
      PORT: setting.port(4000),
      HOST: setting.host(),
      METRICS_PORT: setting.port(0),
      METRICS_MAX_OPERATIONS: setting.integer(labelLimits.most, 1),
      LOG_LEVEL: setting.logLevel(),
      ACCESS_LOG: setting.boolean(false),
      EXECUTOR: z.enum(['apollo', 'murmuration']).default('murmuration'),

      SUPERGRAPH_FILE: z.string().optional(),
      SUPERGRAPH_URL: setting.httpUrl().optional(),
      SUPERGRAPH_TOKEN: z.string().optional(),
      SUPERGRAPH_LAST_GOOD_FILE: z.string().optional(),
      SUPERGRAPH_POLL_MS: setting.integer(1_000, 50),
      SUPERGRAPH_KEYS: publicKeys().optional(),
      SUPERGRAPH_MAX_BYTES: setting.integer(sourceLimits.bytes, 1),
      USAGE_URL: setting.httpUrl().optional(),
      USAGE_TOKEN: z.string().optional(),
      USAGE_REPORT_MS: setting.integer(usageLimits.reportMs, 10),
      GATEWAY_NAME: z
        .string()
        .regex(/^[\w.-]{1,100}$/)
        .optional(),
      PLANNER: z.enum(plannerNames).default('hive'),
      PLAN_TIMEOUT_MS: setting.integer(defaultPlannerLimits.timeoutMs, 1),
      PLAN_MAX_WAITING: setting.integer(defaultPlannerLimits.maxWaiting, 1),
      PLAN_MAX_EVALUATED: setting.integer(defaultMaxEvaluatedPlans, 1),
      PLAN_MAX_HEAP_MIB: setting.integer(defaultMaxHeapMiB, 32),
      PLAN_CACHE_BYTES: setting.integer(64 * 1024 * 1024, 1),
      SUBGRAPH_URLS: setting.list(),
      SUBGRAPH_CONNECTIONS: setting.integer(64, 1),
      SUBGRAPH_CONNECTION_MAX_LIFE_MS: setting.integer(defaultLimits.connectionMaxLifeMs, 1),
      SINGLE_FLIGHT: setting.boolean(true),
      SUBGRAPH_TIMEOUT_MS: setting.integer(5_000, 1),
      REQUEST_DEADLINE_MS: setting.integer(15_000, 1),

      INTERNAL_KEYS: setting.internalKeys().optional(),
      INTERNAL_TIMEOUT_MS: setting.integer(internalClientLimits.timeoutMs, 1),
      JWKS_URL: setting.httpUrl().optional(),
      JWT_ISSUER: z.string().default('murmuration'),
      JWT_MAX_AGE_SECONDS: setting.integer(24 * 60 * 60),
      JWT_TYPE_REQUIRED: setting.boolean(false),
      JWT_AUDIENCE: z.string().default('murmuration'),
      USER_URL: setting.httpUrl().optional(),
      REDIS_URL: setting.redisUrl().optional(),
      ...redisSentinelSettings,

      TRUSTED_PROXIES: setting.integer(0),
      CORS_ORIGINS: setting.list(),
      COMPRESS_FROM_BYTES: setting.integer(16 * 1024),
      BODY_LIMIT_BYTES: setting.integer(256 * 1024, 1),
      REFUSAL_DRAIN_BYTES: setting.integer(lingerLimits.bytes),
      REFUSAL_DRAIN_MS: setting.integer(lingerLimits.ms, 1),
      MAX_DEPTH: setting.integer(15, 1),
      MAX_ALIASES: setting.integer(50),
      MAX_ROOT_FIELDS: setting.integer(20, 1),
      MAX_FIELDS: setting.integer(2_000, 1),
      MAX_LIST_ITEMS: setting.integer(50_000, 1),
      MAX_NAME_LENGTH: setting.integer(256, 1),
      MAX_TOKENS: setting.integer(4_000, 1),
      MAX_IN_FLIGHT: setting.integer(4_000, 1),
      OVERRIDE_LABELS: setting.list(),
      APOLLO_KEY: z.string().optional(),
      APOLLO_PLUGINS: z.string().optional(),
      PERSISTED_QUERIES: setting.boolean(true),
      TRUSTED_DOCUMENTS_FILE: z.string().optional(),
      TRUSTED_DOCUMENTS_URL: setting.httpUrl().optional(),
      TRUSTED_DOCUMENTS_POLL_MS: setting.integer(5_000, 50),
      TRUSTED_DOCUMENTS_ONLY: setting.boolean(false),
      RATE_LIMIT_POINTS: setting.integer(0),
      RATE_LIMIT_WINDOW_SECONDS: setting.integer(10, 1),

      SOCKET_INIT_WAIT_MS: setting.integer(liveLimits.connectionInitWaitMs, 1),
      SOCKET_MAX_SUBSCRIPTIONS: setting.integer(liveLimits.maxSubscriptionsPerSocket, 1),
      SOCKET_MAX_MESSAGE_BYTES: setting.integer(liveLimits.maxMessageBytes, 1),
      SOCKET_MAX_COUNT: setting.integer(liveLimits.maxSockets, 1),
      SOCKET_MAX_PER_ADDRESS: setting.integer(liveLimits.maxPerNetwork, 1),
      SOCKET_MAX_PER_PERSON: setting.integer(liveLimits.maxSocketsPerPerson, 1),
      SOCKET_MAX_MESSAGES_PER_SECOND: setting.integer(liveLimits.maxMessagesPerSecond, 1),
      SOCKET_PING_MS: setting.integer(liveLimits.pingMs, 1),
      SOCKET_MAX_BUFFERED_BYTES: setting.integer(liveLimits.maxBufferedBytes, 1),
      SOCKET_MAX_STALLED_MS: setting.integer(liveLimits.maxStalledMs, 1),
      SOCKET_WRITE_PAUSE_MS: setting.integer(liveLimits.writePauseMs),
      SUBSCRIPTION_MAX_COUNT: setting.integer(liveLimits.maxStreams, 1),
      SUBSCRIPTION_MAX_PER_ADDRESS: setting.integer(liveLimits.maxStreamsPerNetwork, 1),
      SUBSCRIPTION_MAX_PER_PERSON: setting.integer(liveLimits.maxStreamsPerPerson, 1),
      SUBSCRIPTION_MAX_QUEUED: setting.integer(liveLimits.maxQueuedEvents, 1),
      SUBSCRIPTION_CONCURRENCY: setting.integer(liveLimits.restConcurrency, 1),
      SUBSCRIPTION_MAX_RUNNING: setting.integer(liveLimits.maxRunningRests, 1),
      EVENT_MAX_WAIT_MS: setting.integer(liveLimits.eventMaxWaitMs),
      EVENT_RETRY_MS: setting.integer(liveLimits.eventRetryMs, 1),
      EVENT_MOST_RETRY_MS: setting.integer(liveLimits.eventMostRetryMs, 1),
      EVENT_BELIEVED_MS: setting.integer(liveLimits.believedForMs, 1),
      EVENT_CALM_AFTER_MS: setting.integer(liveLimits.calmAfterMs, 1),
      EVENT_MAX_CROWDS: setting.integer(liveLimits.maxRunningCrowds, 1),
      EVENT_MAX_ASKED_APART: setting.integer(liveLimits.maxAskedApart, 1),
      EVENT_VIEWERS_PER_FETCH: setting.integer(liveLimits.maxViewersPerFetch, 1),
      SUBSCRIPTION_CHANGE_WITHIN_MS: setting.integer(liveLimits.changeWithinMs),
      UPSTREAM_MAX_LIFE_MS: setting.integer(upstreamLimits.maxLifeMs, 1),
      DRAIN_MS: setting.integer(1_000),
      DRAIN_DELAY_MS: setting.integer(0),

      INTROSPECTION: setting.boolean(true),
      IDE: setting.boolean(true),
      IDE_EXAMPLES_FILE: z.string().optional(),
    },
    environment,
  );
}

export type GatewayConfig = ReturnType<typeof readGatewayConfig>;

/** The settings of live connections under the names that the code uses. */
export function liveLimitsOf(config: GatewayConfig): LiveLimits {
  return {
    ...liveLimits,
    connectionInitWaitMs: config.SOCKET_INIT_WAIT_MS,
    maxSubscriptionsPerSocket: config.SOCKET_MAX_SUBSCRIPTIONS,
    maxMessageBytes: config.SOCKET_MAX_MESSAGE_BYTES,
    maxSockets: config.SOCKET_MAX_COUNT,
    maxPerNetwork: config.SOCKET_MAX_PER_ADDRESS,
    maxSocketsPerPerson: config.SOCKET_MAX_PER_PERSON,
    maxMessagesPerSecond: config.SOCKET_MAX_MESSAGES_PER_SECOND,
    pingMs: config.SOCKET_PING_MS,
    maxBufferedBytes: config.SOCKET_MAX_BUFFERED_BYTES,
    maxStalledMs: config.SOCKET_MAX_STALLED_MS,
    writePauseMs: config.SOCKET_WRITE_PAUSE_MS,
    maxRunningRests: config.SUBSCRIPTION_MAX_RUNNING,
    eventMaxWaitMs: config.EVENT_MAX_WAIT_MS,
    eventRetryMs: config.EVENT_RETRY_MS,
    eventMostRetryMs: config.EVENT_MOST_RETRY_MS,
    believedForMs: config.EVENT_BELIEVED_MS,
    calmAfterMs: config.EVENT_CALM_AFTER_MS,
    maxRunningCrowds: config.EVENT_MAX_CROWDS,
    maxAskedApart: config.EVENT_MAX_ASKED_APART,
    maxViewersPerFetch: Math.min(config.EVENT_VIEWERS_PER_FETCH, viewersLimits.perRequest),
    changeWithinMs: config.SUBSCRIPTION_CHANGE_WITHIN_MS,
    maxStreams: config.SUBSCRIPTION_MAX_COUNT,
    maxStreamsPerNetwork: config.SUBSCRIPTION_MAX_PER_ADDRESS,
    maxStreamsPerPerson: config.SUBSCRIPTION_MAX_PER_PERSON,
    maxQueuedEvents: config.SUBSCRIPTION_MAX_QUEUED,
    restConcurrency: config.SUBSCRIPTION_CONCURRENCY,
  };
}
