import type { InternalKey } from '@murmuration/config';
import { createPositionTeller, type Feed, type OutboxStreams } from '@murmuration/events';
import { byPlace, sealedCursorCodec } from '@murmuration/ids';
import type { PostDatabase } from '@murmuration/prisma/post';
import { createAuthorSights, createMutedIn, createRelationships } from '@murmuration/relationships';
import type { InternalClient, Logger, RedisCache } from '@murmuration/service-kit';
import type { AudienceKeys, AudienceVerifier, RequestContext } from '@murmuration/service-kit/subgraph';
import { createAfterCommit } from './after-commit.ts';
import { type AuthorService, createAuthorService } from './authors/service.ts';
import { createHashtagService, type HashtagService } from './hashtags/service.ts';
import { createLikeService, type LikeService } from './likes/service.ts';
import { createLiveService, type LiveService } from './live/service.ts';
import { createPollService, type PollService } from './polls/service.ts';
import { createPostService, type PostService } from './posts/service.ts';
import { createReactionService, type ReactionService } from './reactions/service.ts';
import { createThreadService, type ThreadService } from './threads/service.ts';
import { createTrendService, type TrendService } from './trends/service.ts';
import { createImportService, type ImportService } from './import/service.ts';
import { type PostLiveLimits, postLiveLimits } from './live/limits.ts';
import type { LiveItem, Subject } from './live/live-event.ts';
import { createSignAudience } from './live/audience.ts';
import { createPostSights } from './live/sights.ts';
import { createPostStreams } from './live/streams.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { createPostingLimits, postingDefaults, type PostingSettings } from './posts/limits.ts';
import { createHandleResolver } from './posts/mentions.ts';
import { pollDefaults, type PollSettings } from './polls/limits.ts';
import { trendLimits, type TrendLimits } from './trends/limits.ts';
import { createTrendKeeper, type TrendKeeper } from './trends/trends.ts';

export interface ServiceOptions {
  database: PostDatabase;
  redis: RedisCache;
  user: Pick<InternalClient, 'call'>;
  /** Knows whose muted words are in what is told publicly. */
  timeline: Pick<InternalClient, 'call'>;
  /** Believes whom events are for; without it nobody is. */
  audiences?: Pick<AudienceVerifier, 'verify'>;
  /** Signs whom events are for; without it each is told its events alone. */
  audienceKeys?: Pick<AudienceKeys, 'current'>;
  /** The first signs the positions of writes and seals cursors. */
  keys: readonly [InternalKey, ...InternalKey[]];
  /** This subgraph's own, which live streams follow. */
  feed: Pick<Feed, 'read' | 'head'>;
  /** That of `user`: what hides people from each other takes effect on open streams. Without it they hear of nothing. */
  hidings?: Pick<Feed, 'read' | 'head'>;
  liveLimits?: PostLiveLimits;
  trends?: Partial<TrendLimits>;
  /** Folded hashtags that are never trends. */
  blockedTags?: readonly string[];
  /** In place of the defaults. */
  posting?: Partial<PostingSettings>;
  polls?: Partial<PollSettings>;
  logger: Logger;
}

/** What lives as long as the process and is shared by all requests. */
export interface Services {
  posts: PostService;
  authors: AuthorService;
  threads: ThreadService;
  hashtags: HashtagService;
  reactions: ReactionService;
  likes: LikeService;
  polls: PollService;
  trends: TrendService;
  live: LiveService;
  /** For seeds and moves from elsewhere; no mutation gets here. */
  imports: ImportService;
  createLoaders(request: Pick<RequestContext, 'identity' | 'viewerId' | 'eventAudience'>): Loaders;
  /** What `live` opens. Stopped by who made the services. */
  streams: OutboxStreams<LiveItem, Subject>;
  /** What `trends` reads; a chore keeps it. */
  trendKeeper: TrendKeeper;
  /** Tells readers of the event feed that there is something new. Call it after the commit. */
  hint(): void;
}

export function createServices(options: ServiceOptions): Services {
  const {
    audienceKeys,
    audiences,
    database,
    feed,
    hidings,
    keys,
    liveLimits = postLiveLimits,
    logger,
    redis,
    timeline,
    user,
  } = options;
  const relationships = createRelationships({ redis, user });
  const sights = createPostSights({
    relationships,
    sights: createAuthorSights({ redis, user }),
    mutedIn: createMutedIn(timeline),
  });
  const resolveHandles = createHandleResolver(user);
  const blockedTags = new Set(options.blockedTags);
  const afterCommit = createAfterCommit({ redis, tellPosition: createPositionTeller('post', keys) });
  const limits = createPostingLimits(redis, logger, { ...postingDefaults, ...options.posting });
  // For lists in the order of ids of posts, those of reposts among them: one kind of cursor fits them all.
  const cursors = sealedCursorCodec('post', keys);
  const streams = createPostStreams({
    database,
    feed,
    keys,
    sights,
    hidings,
    sign: createSignAudience(audienceKeys ?? { current: () => null }),
    limits: liveLimits,
    logger,
  });
  const trendKeeper = createTrendKeeper({
    database,
    redis,
    relationships,
    blockedTags,
    limits: { ...trendLimits, ...options.trends },
    logger,
  });
  return {
    posts: createPostService({
      database,
      resolveHandles,
      limits,
      polls: { ...pollDefaults, ...options.polls },
      afterCommit,
    }),
    authors: createAuthorService({ cursors }),
    threads: createThreadService({ cursors }),
    hashtags: createHashtagService({ cursors }),
    reactions: createReactionService({
      database,
      limits,
      cursors: { like: sealedCursorCodec('like', keys), repost: sealedCursorCodec('repost', keys) },
      afterCommit,
    }),
    likes: createLikeService({ database, cursors: sealedCursorCodec('liked', keys) }),
    polls: createPollService({ database, afterCommit }),
    trends: createTrendService({
      keeper: trendKeeper,
      blockedTags,
      cursors: sealedCursorCodec('trending-post', keys, 1, byPlace),
    }),
    live: createLiveService({ streams, limits: liveLimits }),
    imports: createImportService(database, resolveHandles),
    createLoaders({ eventAudience, identity, viewerId }) {
      // A person sees what is theirs to see, whatever token comes along.
      const readGrant = () =>
        audiences && eventAudience !== null && identity.kind === 'anonymous'
          ? audiences.verify(eventAudience)
          : null;
      return createLoaders(database, relationships, viewerId, readGrant);
    },
    streams,
    trendKeeper,
    hint: afterCommit.hint,
  };
}
