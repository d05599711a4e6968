import { redisAddressOf } from '@murmuration/config';
import { type Consumer, runConsumer } from '@murmuration/events';
import {
  countStatements,
  createEnvironmentKeys,
  createInternalClient,
  createRedisCache,
  createSealer,
  type Lifecycle,
  type Logger,
  serveProbes,
  startChores,
  watchKey,
} from '@murmuration/service-kit';
import { watchDatabase, watchPool } from '@murmuration/service-kit/subgraph';
import { startAudits } from './audit/loop.ts';
import { startShrinking } from './big-authors/loop.ts';
import { pushHostsOf, type WorkerConfig } from './config.ts';
import { createTimelinePool } from './database/pool.ts';
import { startErasures } from './erasure/loop.ts';
import { startFanout } from './fanout/loop.ts';
import { createHomeCache } from './home-cache/cache.ts';
import { startRetiringLists } from './lists/retire.ts';
import { startHousekeeping } from './log/retire.ts';
import { feedNames } from './feeds.ts';
import { consumerOf } from './ingest/consumers.ts';
import { logRetention, timelineLimits } from './limits.ts';
import { startPublisher } from './live/publisher.ts';
import { notificationConsumerOf } from './notification-ingest/consumers.ts';
import { retireNotifications } from './notification-ingest/retire.ts';
import { createNotificationPublisher } from './notification-live/publisher.ts';
import { pushLimits } from './push/limits.ts';
import { startPushes } from './pushes.ts';

/**
 * Starts the process that projects the feeds, tells the log and pushes to the cached lists. Any number may
 * run: each office has one leader. Returns the base URL of its probes.
 */
export async function startWorkers(
  config: WorkerConfig,
  lifecycle: Lifecycle,
  logger: Logger,
): Promise<string> {
  const databaseUrl = config.TIMELINE_DATABASE_URL;
  const pool = createTimelinePool({
    url: databaseUrl,
    poolSize: config.TIMELINE_WORKER_POOL,
    applicationName: 'murmuration-timeline-worker',
    onError: (error) => logger.warn({ err: error }, 'an idle connection broke'),
    onStatement: countStatements('timeline'),
  });
  lifecycle.onStop('database', () => pool.end());
  watchPool('timeline-worker', pool);
  watchDatabase('timeline', pool);
  const redis = createRedisCache({ ...redisAddressOf(config), logger, name: 'timeline-worker' });
  lifecycle.onStop('redis', () => redis.close());

  const limits = {
    ...timelineLimits,
    chunkFollowers: config.TIMELINE_CHUNK_FOLLOWERS,
    bigFollowers: config.TIMELINE_BIG_FOLLOWERS,
    fanoutSmallAtOnce: config.TIMELINE_FANOUT_TASKS,
    fanoutLargeAtOnce: config.TIMELINE_FANOUT_LARGE_TASKS,
  };
  const consumers: Consumer[] = [];
  const isLeading = () => consumers.some((consumer) => consumer.isLeading());
  const publisher = startPublisher({ sql: pool, redis, logger, isLeading });
  lifecycle.onStop('publisher', () => publisher.stop());
  const cache = createHomeCache(redis, limits);
  const fanout = startFanout({ pool, cache, limits, logger });
  lifecycle.onStop('fan-out', () => fanout.stop());
  const audits = startAudits({ sql: pool, cache, logger, limits, everyMs: config.TIMELINE_AUDIT_EVERY_MS });
  lifecycle.onStop('audits', () => audits.stop());

  const shrinking = startShrinking({ sql: pool, logger, limits });
  lifecycle.onStop('big authors', () => shrinking.stop());

  const erasures = startErasures({ sql: pool, cache, logger });
  lifecycle.onStop('erasures', () => erasures.stop());

  const keys = config.INTERNAL_KEYS;
  watchKey('internal', keys[0]);
  watchKey('data', config.DATA_KEYS[0]);
  const client = (service: string, url: string) =>
    createInternalClient({ self: 'timeline', service, url, keys, timeoutMs: config.INTERNAL_TIMEOUT_MS });
  const producers = { user: client('user', config.USER_URL), post: client('post', config.POST_URL) };
  const onCommitted = () => {
    publisher.poke();
    fanout.poke();
  };
  for (const feed of feedNames) {
    lifecycle.onStop(`${feed} client`, () => producers[feed].close());
    const { bigFollowers } = limits;
    const options = consumerOf(feed, { pool, databaseUrl, producers, logger, bigFollowers, onCommitted });
    const consumer = runConsumer(options);
    consumers.push(consumer);
    lifecycle.onStop(`${feed} feed`, () => consumer.stop());
    const onTold = createNotificationPublisher({ redis, logger });
    const news = runConsumer(
      notificationConsumerOf(feed, { pool, databaseUrl, producers, logger, onCommitted: onTold }),
    );
    lifecycle.onStop(`${feed} notifications`, () => news.stop());
  }

  const pushes = await startPushes({
    config: {
      databaseUrl,
      keys: config.VAPID_KEYS,
      subject: config.VAPID_SUBJECT,
      hosts: pushHostsOf(config),
      apns:
        config.APNS_TOPIC && config.APNS_KEY
          ? { topic: config.APNS_TOPIC, key: config.APNS_KEY, url: config.APNS_URL }
          : null,
      fcm:
        config.FCM_PROJECT && config.FCM_SERVICE_ACCOUNT
          ? {
              project: config.FCM_PROJECT,
              account: config.FCM_SERVICE_ACCOUNT,
              url: config.FCM_URL,
              tokenUrl: config.FCM_TOKEN_URL,
            }
          : null,
      proxyUrl: config.PUSH_PROXY_URL,
      limits: {
        ...pushLimits,
        jobs: config.TIMELINE_PUSH_JOBS,
        perHour: config.PUSHES_PER_HOUR,
        timeoutMs: config.PUSH_TIMEOUT_MS,
      },
    },
    sealer: createSealer(createEnvironmentKeys(config.DATA_KEYS)),
    pool,
    redis,
    owners: producers,
    logger,
  });
  lifecycle.onStop('pushes', () => pushes.stop());

  const housekeeping = startHousekeeping({ pool, logger });
  lifecycle.onStop('housekeeping', () => housekeeping.stop());
  const forget = async () => void (await retireNotifications(pool));
  const forgetting = startChores(
    [{ name: 'forget notifications', everyMs: logRetention.everyMs, run: forget }],
    logger,
  );
  lifecycle.onStop('old notifications', () => forgetting.stop());
  const retiring = startRetiringLists({ sql: pool, logger });
  lifecycle.onStop('old lists', () => retiring.stop());
  // In its own pool: nothing that a person waits for is in it.
  const readiness = { database: async () => void (await pool.query('SELECT 1')) };
  return serveProbes({ config, lifecycle, logger, readiness });
}
