import { createHash } from 'node:crypto';
import { type Logger, rateLimited, type RedisCache } from '@murmuration/service-kit';
import { RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import { MemoryLimiter } from '@murmuration/service-kit/rate-limit';

export interface ThrottleOptions {
  /** Part of the keys in Redis. */
  name: string;
  /** How often within the time; 0 is no limit. */
  points: number;
  withinSeconds: number;
  /** What people read when it was too often. */
  message: string;
}

/** Counts by a key. While Redis is away each process counts alone: slower to refuse across replicas, never open. */
export interface Throttle {
  /** @throws UserErrors `RateLimited` when this key was used too often */
  admit(key: string): Promise<void>;
  /** Takes one admission back: it is as if it had not been. */
  giveBack(key: string): Promise<void>;
  /** Forgets what was counted. */
  forget(key: string): Promise<void>;
}

export function createThrottle(redis: RedisCache, logger: Logger, options: ThrottleOptions): Throttle {
  const limits = { points: options.points, duration: options.withinSeconds };
  const limiter = new RateLimiterRedis({
    ...limits,
    storeClient: redis.client,
    keyPrefix: `limit:${options.name}`,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new MemoryLimiter(limits),
  });
  // Names and addresses are personal: keys hold a digest.
  const digestOf = (key: string) => createHash('sha256').update(key).digest('base64url');
  const tellNotForgotten = (error: unknown) =>
    logger.warn({ err: error, throttle: options.name }, 'what was counted was not forgotten');

  return {
    async admit(key) {
      if (options.points === 0) return;
      try {
        await limiter.consume(digestOf(key));
      } catch (refusal) {
        if (refusal instanceof Error) throw refusal;
        const seconds = Math.max(1, Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1_000));
        throw rateLimited(seconds, options.message);
      }
    },
    async giveBack(key) {
      if (options.points > 0) await limiter.reward(digestOf(key)).catch(tellNotForgotten);
    },
    async forget(key) {
      await limiter.delete(digestOf(key)).catch(tellNotForgotten);
    },
  };
}
