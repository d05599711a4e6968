import type { InternalKey } from '@murmuration/config';
import {
  createPositionTeller,
  type Feed,
  type OutboxStreams,
  type PositionTeller,
} from '@murmuration/events';
import { byPlace, type Place, type SealedCursorCodec, sealedCursorCodec } from '@murmuration/ids';
import type { PostDatabase } from '@murmuration/prisma/post';
import { createAuthorSights, createMutedIn, createRelationships } from '@murmuration/relationships';
import type { InternalClient, Logger, RedisCache } from '@murmuration/service-kit';
import type { AudienceKeys, AudienceVerifier, RequestContext } from '@murmuration/service-kit/subgraph';
import { createFeedHint } from './internal/hint.ts';
import { createImportService, type ImportService } from './import/service.ts';
import { type PostLiveLimits, postLiveLimits } from './live/limits.ts';
import type { LiveItem, Subject } from './live/live-event.ts';
import { createSignAudience } from './live/audience.ts';
import { createPostSights } from './live/sights.ts';
import { createPostStreams } from './live/streams.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import {
  createPostingLimits,
  postingDefaults,
  type PostingLimits,
  type PostingSettings,
} from './posts/limits.ts';
import { createHandleResolver, type HandleResolver } from './posts/mentions.ts';
import { pollDefaults, type PollSettings } from './polls/limits.ts';
import type { ReactionKind } from './reactions/repository.ts';
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
  database: PostDatabase;
  resolveHandles: HandleResolver;
  /** For lists in the order of ids of posts, those of reposts among them: one kind of cursor fits them all. */
  cursors: SealedCursorCodec;
  /** For what people like, in the order in which they did. */
  likedCursors: SealedCursorCodec;
  /** For lists in the order in which people did it. */
  reactionCursors: Record<ReactionKind, SealedCursorCodec>;
  /** Tells readers of the event feed that there is something new. Call it after the commit. */
  hint(): void;
  tellPosition: PositionTeller;
  createLoaders(request: Pick<RequestContext, 'identity' | 'viewerId' | 'eventAudience'>): Loaders;
  /** Of posts and threads. Stopped by who made the services. */
  streams: OutboxStreams<LiveItem, Subject>;
  liveLimits: PostLiveLimits;
  trends: {
    keeper: TrendKeeper;
    blockedTags: ReadonlySet<string>;
    /** For posts in the order of their score. */
    cursors: SealedCursorCodec<Place>;
  };
  limits: PostingLimits;
  polls: PollSettings;
  /** For seeds and moves from elsewhere; no mutation gets here. */
  imports: ImportService;
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
  return {
    database,
    resolveHandles,
    cursors: sealedCursorCodec('post', keys),
    reactionCursors: { like: sealedCursorCodec('like', keys), repost: sealedCursorCodec('repost', keys) },
    likedCursors: sealedCursorCodec('liked', keys),
    imports: createImportService(database, resolveHandles),
    streams: createPostStreams({
      database,
      feed,
      keys,
      sights,
      hidings,
      sign: createSignAudience(audienceKeys ?? { current: () => null }),
      limits: liveLimits,
      logger,
    }),
    liveLimits,
    trends: {
      keeper: createTrendKeeper({
        database,
        redis,
        relationships,
        blockedTags,
        limits: { ...trendLimits, ...options.trends },
        logger,
      }),
      blockedTags,
      cursors: sealedCursorCodec('trending-post', keys, 1, byPlace),
    },
    limits: createPostingLimits(redis, logger, { ...postingDefaults, ...options.posting }),
    polls: { ...pollDefaults, ...options.polls },
    hint: createFeedHint(redis),
    tellPosition: createPositionTeller('post', keys),
    createLoaders({ eventAudience, identity, viewerId }) {
      // A person sees what is theirs to see, whatever token comes along.
      const readGrant = () =>
        audiences && eventAudience !== null && identity.kind === 'anonymous'
          ? audiences.verify(eventAudience)
          : null;
      return createLoaders(database, relationships, viewerId, readGrant);
    },
  };
}
