import type { Logger, RedisCache } from '@murmuration/service-kit';
import { createThrottle, type Throttle } from '@murmuration/service-kit/rate-limit';

/** What an operator may set of what one person says; each has a setting in `config.ts`, and 0 is no limit. */
export interface PostingSettings {
  /** Posts and reposts within {@link postingWindowSeconds}. */
  postsPerDay: number;
  /** People mentioned within {@link postingWindowSeconds}, each in each post. */
  mentionsPerDay: number;
}

/** Far beyond people who write all day, and a machine's worth of spam it is not. */
export const postingDefaults: PostingSettings = { postsPerDay: 2_400, mentionsPerDay: 1_000 };

export const postingWindowSeconds = 24 * 60 * 60;

/**
 * How much one person may say. What changes nothing is not counted. While Redis is away each process counts alone (see
 * `Throttle`): nobody is silenced by a cache.
 */
export interface PostingLimits {
  posts: Pick<Throttle, 'charge'>;
  mentions: Pick<Throttle, 'charge'>;
}

export function createPostingLimits(
  redis: RedisCache,
  logger: Logger,
  { mentionsPerDay, postsPerDay }: PostingSettings,
): PostingLimits {
  const withinSeconds = postingWindowSeconds;
  return {
    posts: createThrottle(redis, logger, {
      name: 'posts',
      points: postsPerDay,
      withinSeconds,
      message: 'You posted as often as one may in a day. Try again later.',
    }),
    mentions: createThrottle(redis, logger, {
      name: 'mentions',
      points: mentionsPerDay,
      withinSeconds,
      message: 'You mentioned as many people as one may in a day. Try again later.',
    }),
  };
}
