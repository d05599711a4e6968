import type { Logger, RedisCache } from '@murmuration/service-kit';
import { notificationLimits } from '../notifications/limits.ts';
import { encodeMessage, notificationChannel, type NotificationMessage } from './channel.ts';

/**
 * Names what a transaction told to the processes that serve streams, after its commit. A message that is lost, or late, costs
 * its listeners a look at Postgres.
 */
export function createNotificationPublisher(options: { redis: RedisCache; logger: Logger }) {
  const { redis, logger } = options;
  return async ({
    incarnation,
    after,
    head,
    told,
  }: Omit<NotificationMessage, 'touched'> & {
    told: NonNullable<NotificationMessage['touched']>;
  }): Promise<void> => {
    if (head === after) return;
    const touched = told.length > notificationLimits.named ? null : told;
    try {
      await redis.client.publish(notificationChannel, encodeMessage({ incarnation, after, head, touched }));
    } catch (error) {
      logger.debug({ err: error }, 'notifications could not be published; readers look for them');
    }
  };
}
