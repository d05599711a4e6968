import { startJobWorker } from '@murmuration/jobs';
import { createRelationships } from '@murmuration/relationships';
import { type Logger, type RedisCache, type Sealer, startChores } from '@murmuration/service-kit';
import type pg from 'pg';
import { createLookAgain } from './notification-live/replay.ts';
import { createNotificationPages } from './notifications/page.ts';
import { createApns } from './push/apns.ts';
import { createFcm } from './push/fcm.ts';
import type { PushHosts } from './push/address.ts';
import { forgetEndpoints, rewrapEndpoints } from './push/endpoints.ts';
import { pushTask } from './push/enqueue.ts';
import type { PushLimits } from './push/limits.ts';
import type { Owners } from './push/message.ts';
import type { PushProviders } from './push/port.ts';
import { createSendPush } from './push/send-push.ts';
import type { ServerKey } from './push/server-key.ts';
import { createWebPush } from './push/web-push.ts';

const forgetEveryMs = 3_600_000;
const rewrapEveryMs = 10 * 60_000;

/** Brings notifications to devices, by jobs of the timeline's database, until stopped. Any number of processes may. */
export async function startPushes(options: {
  config: {
    databaseUrl: string;
    keys: readonly ServerKey[];
    subject: string;
    hosts: PushHosts;
    apns: Pick<Parameters<typeof createApns>[0], 'key' | 'topic' | 'url'> | null;
    fcm: Pick<Parameters<typeof createFcm>[0], 'account' | 'project' | 'tokenUrl' | 'url'> | null;
    proxyUrl: string | undefined;
    limits: PushLimits;
  };
  sealer: Sealer;
  pool: pg.Pool;
  redis: RedisCache;
  owners: Owners;
  logger: Logger;
}): Promise<{ stop(): Promise<void> }> {
  const { config, logger, owners, pool, redis, sealer } = options;
  const relationships = createRelationships({ redis, user: owners.user });
  const pages = createNotificationPages({ reads: pool, relationships });
  const { apns, fcm, limits, proxyUrl } = config;
  const providers: PushProviders = {
    web: createWebPush(config),
    ...(apns && { apns: createApns({ ...apns, proxyUrl, limits }) }),
    ...(fcm && { fcm: createFcm({ ...fcm, proxyUrl, limits }) }),
  };
  const send = createSendPush({
    sql: pool,
    sealer,
    providers,
    owners,
    look: createLookAgain({ reads: pool, pages }),
    logger,
    limits: config.limits,
  });
  const worker = await startJobWorker({
    url: config.databaseUrl,
    name: 'timeline-jobs',
    tasks: { [pushTask]: send },
    limits: { concurrency: config.limits.jobs },
    logger,
  });
  const chores = startChores(
    [
      {
        name: 'forget devices',
        everyMs: forgetEveryMs,
        run: (signal) => forgetEndpoints(pool, signal),
      },
      {
        name: 'wrap devices anew',
        everyMs: rewrapEveryMs,
        async run(signal) {
          const count = await rewrapEndpoints(pool, sealer, signal);
          if (count > 0) logger.info({ count }, 'wrapped devices by the present key');
        },
      },
    ],
    logger,
  );
  return {
    async stop() {
      await worker.stop();
      await chores.stop();
      await Promise.all(Object.values(providers).map((provider) => provider.close()));
    },
  };
}
