import { createHash } from 'node:crypto';
import { type Logger, type RedisCache, UserErrors } from '@murmuration/service-kit';
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';

export const logInLimits = { attempts: 10, withinSeconds: 15 * 60 } as const;

export interface LogInThrottle {
  /** @throws UserErrors `RateLimited` when this name was tried too often */
  admit(name: string): Promise<void>;
  /** Forgets the attempts on a name: its owner came in. */
  forget(name: string): Promise<void>;
}

/**
 * Counts attempts by the name that was tried, whether or not an account has it. While Redis is away each
 * process counts alone: slower to refuse across replicas, never open.
 */
export function createLogInThrottle(redis: RedisCache, logger: Logger): LogInThrottle {
  const limits = { points: logInLimits.attempts, duration: logInLimits.withinSeconds };
  const limiter = new RateLimiterRedis({
    ...limits,
    storeClient: redis.client,
    keyPrefix: 'limit:log-in',
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(limits),
  });
  // Addresses are personal: keys hold a digest.
  const keyOf = (name: string) => createHash('sha256').update(name.toLowerCase()).digest('base64url');

  return {
    async admit(name) {
      try {
        await limiter.consume(keyOf(name));
      } catch (refusal) {
        if (refusal instanceof Error) throw refusal;
        const seconds = Math.max(1, Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1_000));
        throw new UserErrors({
          __typename: 'RateLimited',
          message: 'Too many attempts to sign in. Try again later.',
          retryAfter: seconds,
        });
      }
    },
    async forget(name) {
      await limiter.delete(keyOf(name)).catch((error: unknown) => {
        logger.warn({ err: error }, 'the count of attempts to sign in was not forgotten');
      });
    },
  };
}
