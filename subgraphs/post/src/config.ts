import { readConfig, redisSettings, setting } from '@murmuration/config';
import { postWritesPoolSize } from '@murmuration/prisma/post';
import { internalClientLimits } from '@murmuration/service-kit';
import { parseTag } from './hashtags/tag.ts';
import { postLiveLimits } from './live/limits.ts';
import { trendLimits } from './trends/limits.ts';

export type PostConfig = ReturnType<typeof readPostConfig>;

/** Every setting of this process. */
export function readPostConfig(environment: NodeJS.ProcessEnv = process.env) {
  return readConfig(
    {
      PORT: setting.port(4102),
      HOST: setting.host(),
      METRICS_PORT: setting.port(0),
      POST_DATABASE_URL: setting.postgresUrl(),
      POST_DATABASE_POOL: setting.integer(5, 1),
      /** Connections for mutations, beside those. */
      POST_WRITES_POOL: setting.integer(postWritesPoolSize, 1),
      ...redisSettings,
      INTERNAL_KEYS: setting.internalKeys(),
      /** How long another service may take for what it is asked. */
      INTERNAL_TIMEOUT_MS: setting.integer(internalClientLimits.timeoutMs, 1),
      USER_URL: setting.httpUrl(),
      /** Whose keys sign whom its events are for. */
      TIMELINE_URL: setting.httpUrl(),
      LOG_LEVEL: setting.logLevel(),
      /** Who missed more live events than this is told to fetch again. */
      POST_REPLAY_EVENTS: setting.integer(postLiveLimits.replayEvents, 1),
      /** Changes that this process keeps for those who come back. */
      POST_LIVE_WINDOW: setting.integer(postLiveLimits.windowChanges, 1),
      /** Live streams that one person may have open at this process. */
      /** Live streams of this process; another one is refused. */
      POST_STREAMS: setting.integer(postLiveLimits.streams, 1),
      POST_STREAMS_PER_PERSON: setting.integer(postLiveLimits.streamsPerPerson, 1),
      /** After so many hours what was said counts half for what is a trend. */
      TRENDS_HALF_LIFE_HOURS: setting.integer(trendLimits.halfLifeHours, 1),
      /** Authors whom a hashtag needs, and people who like or repost a post, to be a trend. */
      TRENDS_AUTHORS: setting.integer(trendLimits.authors, 1),
      TRENDS_REACTIONS: setting.integer(trendLimits.reactions, 1),
      /** The newest uses of hashtags, and the newest posts, that are looked at for trends. */
      TRENDS_USES: setting.integer(trendLimits.uses, 1),
      TRENDS_POSTS: setting.integer(trendLimits.posts, 1),
      /** Hashtags that are never trends, with commas between several; in any spelling that is folded to them. */
      TRENDS_BLOCKED_TAGS: setting.list().transform((tags, context) =>
        tags.flatMap((given) => {
          const tag = parseTag(given);
          if (tag === null) context.addIssue({ code: 'custom', message: 'must be hashtags' });
          return tag ?? [];
        }),
      ),
      /** How long a stopping process still serves, so that load balancers notice and connections end. */
      DRAIN_DELAY_MS: setting.integer(0),
    },
    environment,
  );
}
