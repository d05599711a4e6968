import { ConfigError, parseSecretList, readConfig, redisSettings, setting } from '@murmuration/config';
import { poolLimits } from '@murmuration/postgres';
import { internalClientLimits } from '@murmuration/service-kit';
import { liveStreamSettings } from '@murmuration/service-kit/subgraph';
import { timelineLimits } from './limits.ts';
import { listLimits } from './lists/limits.ts';
import { knownPushHosts, type PushHosts } from './push/address.ts';
import { parseApnsKey } from './push/apns.ts';
import { parseFcmAccount } from './push/fcm.ts';
import { pushLimits } from './push/limits.ts';
import type { AppProviderName } from './push/port.ts';
import { serverKeysOf } from './push/server-key.ts';

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
  /** The first wraps the keys of what is sealed at rest; all unwrap. */
  DATA_KEYS: setting.secretList(),
  /** Private keys of P-256 by which push services know us. Browsers subscribe with the first. */
  VAPID_KEYS: setting.parsed((text) => serverKeysOf(parseSecretList(text))),
  /** Hosts of push services, those below a name that begins with `*.`; `*`: any. */
  PUSH_HOSTS: setting.list(),
  /** For a receiver of one's own: also addresses of private networks, and http. */
  PUSH_PRIVATE_ADDRESSES: setting.boolean(false),
  /** The id of the app that Apple brings messages to, and the project of Firebase; without one none is brought there. */
  APNS_TOPIC: setting.text().optional(),
  FCM_PROJECT: setting.text().optional(),
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
      ...liveStreamSettings,
      /** Live streams of this process; another one is refused. */
      TIMELINE_STREAMS: setting.integer(timelineLimits.streams, 1),
      /** Live streams that one person may have open at this process. */
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
  const config = readConfig(
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
      /** Whom push services may write to about what we send. */
      VAPID_SUBJECT: setting.url('mailto', 'https').default('mailto:no-reply@localhost'),
      /** A proxy (HTTP CONNECT) that messages to devices leave by. */
      PUSH_PROXY_URL: setting.httpUrl().optional(),
      /** By which Apple knows us (`team:key:base64`), and where its service is. */
      APNS_KEY: setting.parsed(parseApnsKey).optional(),
      APNS_URL: setting.httpUrl().default('https://api.push.apple.com'),
      /** The key file of a service account, as JSON, where Firebase is, and where the account gets access. */
      FCM_SERVICE_ACCOUNT: setting.parsed(parseFcmAccount).optional(),
      FCM_URL: setting.httpUrl().default('https://fcm.googleapis.com'),
      FCM_TOKEN_URL: setting.httpUrl().default('https://oauth2.googleapis.com/token'),
      /** Messages to devices that are sent side by side; the job runner has two more connections than that. */
      TIMELINE_PUSH_JOBS: setting.integer(pushLimits.jobs, 1),
      /** Messages to one device within an hour. */
      PUSHES_PER_HOUR: setting.integer(pushLimits.perHour, 1),
      /** How long a push service may take to answer. */
      PUSH_TIMEOUT_MS: setting.integer(pushLimits.timeoutMs, 1),
      /** How often some cached lists are compared with the database. */
      TIMELINE_AUDIT_EVERY_MS: setting.integer(10_000, 100),
    },
    environment,
  );
  for (const [one, other] of together)
    if (!config[one] !== !config[other]) throw new ConfigError(`${one} and ${other} go together.`);
  return config;
}

/** What is sent needs both: for whom, and by which key. */
const together = [
  ['APNS_TOPIC', 'APNS_KEY'],
  ['FCM_PROJECT', 'FCM_SERVICE_ACCOUNT'],
] as const;

/** Who brings messages to apps. */
export function appProvidersOf(
  config: Pick<TimelineConfig, 'APNS_TOPIC' | 'FCM_PROJECT'>,
): AppProviderName[] {
  return [
    ...(config.APNS_TOPIC ? (['apns'] as const) : []),
    ...(config.FCM_PROJECT ? (['fcm'] as const) : []),
  ];
}

export type TimelineConfig = ReturnType<typeof readTimelineConfig>;
export type WorkerConfig = ReturnType<typeof readWorkerConfig>;

/** Where messages to devices may be sent; what the browsers there are have, unless said otherwise. */
export function pushHostsOf(config: Pick<WorkerConfig, 'PUSH_HOSTS' | 'PUSH_PRIVATE_ADDRESSES'>): PushHosts {
  const { PUSH_HOSTS: hosts, PUSH_PRIVATE_ADDRESSES: isPrivateAllowed } = config;
  return { hosts: hosts.length > 0 ? hosts : knownPushHosts, isPrivateAllowed };
}
