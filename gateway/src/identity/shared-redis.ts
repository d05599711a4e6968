import { redisAddressOf } from '@murmuration/config';
import { createRedisCache, type Lifecycle, type Logger, type RedisCache } from '@murmuration/service-kit';
import type { GatewayConfig } from '../config.ts';

/** The Redis that all replicas share, if one is given: ended sessions, persisted queries, rate limits. */
export function openSharedRedis(
  config: GatewayConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): RedisCache | undefined {
  const { REDIS_URL } = config;
  if (!REDIS_URL) return undefined;
  const redis = createRedisCache({ ...redisAddressOf({ ...config, REDIS_URL }), logger, name: 'gateway' });
  lifecycle.onStop('Redis', () => redis.close());
  return redis;
}
