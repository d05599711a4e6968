import { readConfig, setting } from '@murmuration/config';
import { timelineLimits } from './limits.ts';

const shared = {
  HOST: setting.host(),
  METRICS_PORT: setting.port(0),
  TIMELINE_DATABASE_URL: setting.postgresUrl(),
  REDIS_URL: setting.redisUrl(),
  INTERNAL_KEYS: setting.internalKeys(),
  USER_URL: setting.httpUrl(),
  LOG_LEVEL: setting.logLevel(),
  /** Readers who follow more people have no cached list. */
  TIMELINE_PULLED_FOLLOWEES: setting.integer(timelineLimits.pulledFollowees),
};

/** Every setting of the process that answers. */
export function readTimelineConfig(environment: NodeJS.ProcessEnv = process.env) {
  return readConfig(
    {
      ...shared,
      PORT: setting.port(4103),
      TIMELINE_DATABASE_POOL: setting.integer(10, 1),
      /** How long a stopping process still serves, so that load balancers notice and connections end. */
      DRAIN_DELAY_MS: setting.integer(0),
    },
    environment,
  );
}

/** Every setting of the process that projects and pushes. */
export function readWorkerConfig(environment: NodeJS.ProcessEnv = process.env) {
  return readConfig(
    {
      ...shared,
      PORT: setting.port(4104),
      POST_URL: setting.httpUrl(),
      TIMELINE_WORKER_POOL: setting.integer(8, 4),
      /** Authors with more followers are pushed in chunks. */
      TIMELINE_CHUNK_FOLLOWERS: setting.integer(timelineLimits.chunkFollowers, 1),
      /** Authors with more followers are not pushed. */
      TIMELINE_BIG_FOLLOWERS: setting.integer(timelineLimits.bigFollowers, 1),
      /** How often some cached lists are compared with the database. */
      TIMELINE_AUDIT_EVERY_MS: setting.integer(10_000, 100),
    },
    environment,
  );
}

export type TimelineConfig = ReturnType<typeof readTimelineConfig>;
export type WorkerConfig = ReturnType<typeof readWorkerConfig>;
