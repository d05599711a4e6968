import { readConfig, redisSettings, setting } from '@murmuration/config';
import { poolLimits } from '@murmuration/postgres';
import { internalClientLimits } from '@murmuration/service-kit';
import { timelineLimits } from './limits.ts';
import { listLimits } from './lists/limits.ts';

const shared = {
  HOST: setting.host(),
  METRICS_PORT: setting.port(0),
  TIMELINE_DATABASE_URL: setting.postgresUrl(),
  ...redisSettings,
  INTERNAL_KEYS: setting.internalKeys(),
  /** How long another service may take for what it is asked. */
  INTERNAL_TIMEOUT_MS: setting.integer(internalClientLimits.timeoutMs, 1),
  USER_URL: setting.httpUrl(),
  LOG_LEVEL: setting.logLevel(),
  /** Cached lists are not believed while something has waited to be pushed for longer than this. */
  FANOUT_MAX_AGE_MS: setting.integer(timelineLimits.fanoutMaxAgeMs, 100),
  /** Readers who follow more people have no cached list. */
  TIMELINE_PULLED_FOLLOWEES: setting.integer(timelineLimits.pulledFollowees),
};

/** Every setting of the process that answers. */
export function readTimelineConfig(environment: NodeJS.ProcessEnv = process.env) {
  return readConfig(
    {
      ...shared,
      PORT: setting.port(4103),
      TIMELINE_DATABASE_POOL: setting.integer(poolLimits.poolSize, 1),
      /** Cached lists that this process makes anew side by side, on connections of that pool. */
      TIMELINE_REBUILDS: setting.integer(timelineLimits.rebuildsAtOnce, 1),
      /** Who missed more events than this is told to fetch again. */
      TIMELINE_REPLAY_EVENTS: setting.integer(timelineLimits.replayEvents, 1),
      /** Live streams that one person may have open at this process. */
      TIMELINE_STREAMS: setting.integer(timelineLimits.streams, 1),
      TIMELINE_STREAMS_PER_PERSON: setting.integer(timelineLimits.streamsPerPerson, 1),
      /** Lists that one person may have, people in one list, and lists of others that one person may follow. */
      TIMELINE_LISTS_PER_PERSON: setting.integer(listLimits.perPerson),
      TIMELINE_LIST_MEMBERS: setting.integer(listLimits.members, 1),
      TIMELINE_FOLLOWED_LISTS: setting.integer(listLimits.followed),
      /** How long a read waits for its reader's own write to be projected. */
      POSITION_WAIT_MS: setting.integer(timelineLimits.positionWaitMs),
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
      /** Tasks of small authors, and of large ones, that are pushed side by side. */
      TIMELINE_FANOUT_TASKS: setting.integer(timelineLimits.fanoutSmallAtOnce, 1),
      TIMELINE_FANOUT_LARGE_TASKS: setting.integer(timelineLimits.fanoutLargeAtOnce, 1),
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
