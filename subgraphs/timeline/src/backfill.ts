import { backfill } from '@murmuration/events';
import { createInternalClient, createLogger } from '@murmuration/service-kit';
import { readWorkerConfig } from './config.ts';
import { createTimelinePool } from './database/pool.ts';
import { createProgress } from './backfill-progress.ts';
import { feedNames, notificationPurpose } from './feeds.ts';
import { consumerOf } from './ingest/consumers.ts';
import { notificationConsumerOf } from './notification-ingest/consumers.ts';

/**
 * `node src/backfill.ts [user|post|user/notifications|post/notifications …]`: reads the named feeds' whole state anew, by
 * default into the projection, while everything runs, in the worker that leads or, without one, here. Interrupted, it goes on
 * in the worker. Notifications, markers and settings that are there stay.
 */
const config = readWorkerConfig();
const logger = createLogger('timeline-backfill', config.LOG_LEVEL);
const isAsked = (name: string) => process.argv.includes(name);
const asked = feedNames.filter((feed) => process.argv.length < 3 || isAsked(feed));
const news = feedNames.filter((feed) => isAsked(`${feed}/${notificationPurpose}`));
const databaseUrl = config.TIMELINE_DATABASE_URL;
const pool = createTimelinePool({
  url: databaseUrl,
  poolSize: 4,
  applicationName: 'murmuration-timeline-backfill',
  onError: (error) => logger.warn({ err: error }, 'an idle connection broke'),
});
const { INTERNAL_KEYS: keys, INTERNAL_TIMEOUT_MS: timeoutMs } = config;
const client = (service: string, url: string) =>
  createInternalClient({ self: 'timeline', service, url, keys, timeoutMs });
const producers = { user: client('user', config.USER_URL), post: client('post', config.POST_URL) };
const bigFollowers = config.TIMELINE_BIG_FOLLOWERS;
const ended = new AbortController();
process.once('SIGINT', () => ended.abort());
process.once('SIGTERM', () => ended.abort());

const progress = createProgress(process.stderr);
const onCommitted = () => undefined;
const from = { pool, databaseUrl, producers, logger, onCommitted };
await Promise.all([
  ...asked.map((feed) =>
    backfill(consumerOf(feed, { ...from, bigFollowers }), ended.signal, (state) =>
      progress.show(feed, state),
    ),
  ),
  ...news.map((feed) =>
    backfill(notificationConsumerOf(feed, from), ended.signal, (state) =>
      progress.show(`${feed}/${notificationPurpose}`, state),
    ),
  ),
]);
progress.end();
await Promise.all(Object.values(producers).map((each) => each.close()));
await pool.end();
