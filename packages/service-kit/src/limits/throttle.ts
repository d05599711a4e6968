import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { rateLimited } from '../errors/user-errors.ts';
import type { RedisCache } from '../redis/redis.ts';
import { MemoryLimiter } from './memory-limiter.ts';
import { type Told, tellStanding } from './standing.ts';

export interface ThrottleOptions {
  /** Part of the keys in Redis, and what headers call the limit: small letters and hyphens. */
  name: string;
  /** How often within the time; 0 is no limit. */
  points: number;
  withinSeconds: number;
  /** What people read when it was too often. */
  message: string;
}

/**
 * Counts by a key, in a window that its first use opens. While Redis is away each process counts alone: slower to refuse
 * across replicas, never open, and never a reason to refuse.
 */
export interface Throttle {
  /**
   * Counts a use, whatever comes of it.
   * @param told who hears how they stand; left out where that would tell of somebody else
   * @throws UserErrors `RateLimited` when this key was used too often
   */
  admit(key: string, told?: Told): Promise<void>;
  /**
   * Counts uses of what may come to nothing: they are given back when it throws, when `did` says that it changed nothing
   * (a retry that finds it done, for one), and when they are refused. Who dies in between has used them.
   * @throws UserErrors `RateLimited` when fewer than `points` are left; what `run` throws
   */
  charge<Result>(
    use: { key: string; points: number; told: Told },
    run: () => Promise<Result>,
    did: (result: Result) => boolean,
  ): Promise<Result>;
  /** Takes one admission back: it is as if it had not been. */
  giveBack(key: string): Promise<void>;
  /** Forgets what was counted. */
  forget(key: string): Promise<void>;
}

export function createThrottle(redis: RedisCache, logger: Logger, options: ThrottleOptions): Throttle {
  const { message, name } = options;
  const limits = { points: options.points, duration: options.withinSeconds };
  const limiter = new RateLimiterRedis({
    ...limits,
    storeClient: redis.client,
    keyPrefix: `limit:${name}`,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new MemoryLimiter(limits),
  });
  // Names and addresses are personal: keys hold a digest.
  const digestOf = (key: string) => createHash('sha256').update(key).digest('base64url');

  function tell(told: Told | undefined, { msBeforeNext, remainingPoints }: RateLimiterRes): void {
    if (!told) return;
    const resetSeconds = Math.ceil(msBeforeNext / 1_000);
    const { duration, points } = limits;
    tellStanding(told, name, { quota: points, windowSeconds: duration, left: remainingPoints, resetSeconds });
  }

  async function take(digest: string, points: number, told: Told | undefined): Promise<void> {
    try {
      tell(told, await limiter.consume(digest, points));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      tell(told, refusal);
      throw rateLimited(Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000)), message);
    }
  }

  /** Where it fails they stay used: too few are left then, never too many. */
  async function giveBack(digest: string, points: number, told?: Told): Promise<void> {
    try {
      tell(told, await limiter.reward(digest, points));
    } catch (error) {
      logger.warn({ err: error, throttle: name }, 'what came to nothing stays counted');
    }
  }

  return {
    async admit(key, told) {
      if (limits.points > 0) await take(digestOf(key), 1, told);
    },
    async charge({ key, points, told }, run, did) {
      if (limits.points === 0 || points === 0) return run();
      const digest = digestOf(key);
      let isUsed = false;
      try {
        await take(digest, points, told);
        const result = await run();
        isUsed = did(result);
        return result;
      } finally {
        if (!isUsed) await giveBack(digest, points, told);
      }
    },
    async giveBack(key) {
      if (limits.points > 0) await giveBack(digestOf(key), 1);
    },
    async forget(key) {
      await limiter.delete(digestOf(key)).catch((error: unknown) => {
        logger.warn({ err: error, throttle: name }, 'what was counted was not forgotten');
      });
    },
  };
}
