import { type RedisCache, redisCommands } from '@murmuration/service-kit';
import { MemoryLimiter } from '@murmuration/service-kit/rate-limit';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { edgeCodes } from '../edge-codes.ts';
import { refusal } from '../refusal.ts';
import type { Headers } from '../types.ts';
import { addStandings } from './rate-limit-headers.ts';

export interface RateLimitSettings {
  /** Points a caller has in a window; 0 is no limit. */
  points: number;
  windowSeconds: number;
}

/**
 * Takes points from a caller's and answers the `RateLimit` headers; undefined where there is no limit.
 * @throws GraphQLError `RATE_LIMITED` (429) with the time to wait
 */
export type TakePoints = (caller: string, points: number) => Promise<Headers>;

/**
 * Limits what one caller asks for: a person by their id, an anonymous one by address. Counted in Redis for
 * all replicas; while Redis is away each process counts for itself, those of a bounded number of callers.
 */
export function createRateLimit(
  { points, windowSeconds: duration }: RateLimitSettings,
  redis: RedisCache | undefined,
): TakePoints | undefined {
  if (points === 0) return undefined;
  const memory = new MemoryLimiter({ points, duration, keyPrefix: 'rate' });
  const limiter = redis
    ? new RateLimiterRedis({
        storeClient: redis.client,
        points,
        duration,
        keyPrefix: 'rate',
        insuranceLimiter: memory,
        // Who has used up everything costs Redis nothing more.
        inMemoryBlockOnConsumed: points,
      })
    : memory;

  return async (caller, cost) => {
    if (redis) redisCommands.labels('rate-limit').inc();
    try {
      const left = await limiter.consume(caller, cost);
      const resetSeconds = Math.ceil(left.msBeforeNext / 1_000);
      const standing = { quota: points, windowSeconds: duration, left: left.remainingPoints, resetSeconds };
      return addStandings({}, [['default', standing]]);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw tooFast(Math.max(1, Math.ceil(error.msBeforeNext / 1_000)));
    }
  };
}

function tooFast(retryAfter: number) {
  return refusal(`Too many requests. Try again in ${retryAfter} s.`, edgeCodes.rateLimited, 429, {
    headers: { 'retry-after': String(retryAfter) },
    extensions: { retryAfter },
  });
}
