import { readConfig, redisSettings, setting } from '@murmuration/config';
import { postWritesPoolSize } from '@murmuration/prisma/post';
import { internalClientLimits } from '@murmuration/service-kit';
import { liveStreamLimitsOf, liveStreamSettings } from '@murmuration/service-kit/subgraph';
import { parseTag } from './hashtags/tag.ts';
import { type PostLiveLimits, postLiveLimits } from './live/limits.ts';
import { pollDefaults } from './polls/limits.ts';
import { trendLimits } from './trends/limits.ts';
import { postingDefaults } from './posts/limits.ts';

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
      /** Whose keys sign whom its events are for; it knows who mutes what words. */
      TIMELINE_URL: setting.httpUrl(),
      /** Posts and reposts of one person within a day. */
      POSTS_PER_DAY: setting.integer(postingDefaults.postsPerDay),
      /** People whom one person mentions within a day, each in each post. */
      MENTIONS_PER_DAY: setting.integer(postingDefaults.mentionsPerDay),
      /** Minutes for which a poll may be open: at least, at most. */
      POLL_MIN_MINUTES: setting.integer(pollDefaults.leastMinutes, 1),
      POLL_MAX_MINUTES: setting.integer(pollDefaults.mostMinutes, 1),
      LOG_LEVEL: setting.logLevel(),
      /** Who missed more live events than this is told to fetch again. */
      POST_REPLAY_EVENTS: setting.integer(postLiveLimits.replayEvents, 1),
      /** Changes that this process keeps for those who come back. */
      POST_LIVE_WINDOW: setting.integer(postLiveLimits.windowChanges, 1),
      ...liveStreamSettings,
      /** Live streams of this process; another one is refused. */
      POST_STREAMS: setting.integer(postLiveLimits.streams, 1),
      /** Live streams that one person may have open at this process. */
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
      /** Those of the public timeline and of hashtags among them. */
      POST_PUBLIC_STREAMS: setting.integer(postLiveLimits.publicStreams),
      /** Posts that one stream may watch. */
      POST_WATCHED: setting.integer(postLiveLimits.watchedPosts, 1),
      /** How long changes of counts are gathered before they are told. */
      POST_COUNTS_EVERY_MS: setting.integer(postLiveLimits.countsEveryMs, 1),
      /** Who may see somebody's posts is asked so long after something that may hide them. */
      POST_HIDDEN_SOON_MS: setting.integer(postLiveLimits.hiddenSoonMs, 1),
      /** Pairs of whose posts may be hidden and from whom, looked at together; of more, everything on screens is. */
      POST_HIDDEN_PAIRS: setting.integer(postLiveLimits.hiddenPairs, 1),
      /** The newest posts of somebody hidden that are looked for in the conversations on screens. */
      POST_HIDDEN_POSTS: setting.integer(postLiveLimits.hiddenPosts, 1),
      /** When everything on screens is looked at: posts in one step, conversations in one, posts of each, the pause after one. */
      POST_SWEPT_POSTS: setting.integer(postLiveLimits.sweptPosts, 1),
      POST_SWEPT_THREADS: setting.integer(postLiveLimits.sweptThreads, 1),
      POST_SWEEP_PAUSE_MS: setting.integer(postLiveLimits.sweepPauseMs),
      /** How long a stopping process still serves, so that load balancers notice and connections end. */
      DRAIN_DELAY_MS: setting.integer(0),
    },
    environment,
  );
}

/** The settings of live streams under the names that the code uses. */
export function liveLimitsOf(config: PostConfig): PostLiveLimits {
  return {
    ...postLiveLimits,
    ...liveStreamLimitsOf(config),
    replayEvents: config.POST_REPLAY_EVENTS,
    windowChanges: config.POST_LIVE_WINDOW,
    streams: config.POST_STREAMS,
    streamsPerPerson: config.POST_STREAMS_PER_PERSON,
    publicStreams: config.POST_PUBLIC_STREAMS,
    watchedPosts: config.POST_WATCHED,
    countsEveryMs: config.POST_COUNTS_EVERY_MS,
    hiddenSoonMs: config.POST_HIDDEN_SOON_MS,
    hiddenPairs: config.POST_HIDDEN_PAIRS,
    hiddenPosts: config.POST_HIDDEN_POSTS,
    sweptPosts: config.POST_SWEPT_POSTS,
    sweptThreads: config.POST_SWEPT_THREADS,
    sweepPauseMs: config.POST_SWEEP_PAUSE_MS,
  };
}
