import { encodeId } from '@murmuration/ids';
import {
  eventOf,
  isSameForAudience,
  type Pourable,
  SharedEvent,
  SharedStream,
} from '@murmuration/service-kit/subgraph';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import type { LiveEvent } from './live-event.ts';

interface Resume {
  after?: string | null | undefined;
}

/** Codegen's type of a subscription does not know that a resolver takes what its stream tells. */
type LiveResolvers = Omit<Resolvers, 'Subscription'> & { Subscription: object };

export const liveResolvers = {
  Subscription: {
    postUpdates: {
      subscribe: async (
        _root: unknown,
        { after, ids }: Resume & { ids: readonly string[] },
        context: Context,
        info: GraphQLResolveInfo,
      ) => told(await context.services.live.posts(context, ids, after ?? null), info),
      resolve: withFreshLoaders,
    },
    threadUpdates: {
      subscribe: async (
        _root: unknown,
        { after, postId }: Resume & { postId: string },
        context: Context,
        info: GraphQLResolveInfo,
      ) => told(await context.services.live.thread(context, postId, after ?? null), info),
      resolve: withFreshLoaders,
    },
    hashtagUpdates: {
      subscribe: (
        _root: unknown,
        { after, tag }: Resume & { tag: string },
        context: Context,
        info: GraphQLResolveInfo,
      ) => told(context.services.live.hashtag(context, tag, after ?? null), info),
      resolve: withFreshLoaders,
    },
    publicTimelineUpdates: {
      subscribe: (_root: unknown, { after }: Resume, context: Context, info: GraphQLResolveInfo) =>
        told(context.services.live.publicTimeline(context, after ?? null), info),
      resolve: withFreshLoaders,
    },
  },
  LiveEvent: { __resolveType: ({ type }) => type },
  ReplyAdded: { reply: ({ post }) => post },
  PublicPostAdded: { post: ({ post }) => post },
  CountsChanged: { post: ({ post }) => post },
  PostDeleted: { postId: ({ postId }) => encodeId('Post', postId) },
} satisfies LiveResolvers;

/** Once for all who are told where that is right for all of them, else for each. */
function told(events: Pourable<LiveEvent>, info: GraphQLResolveInfo): AsyncIterableIterator<unknown> {
  return isSameForAudience(info) ? new SharedStream(events, shared) : events;
}

function shared({ cursor, told: event }: LiveEvent): SharedEvent {
  return new SharedEvent(event, cursor, 'audience' in event ? event.audience : undefined);
}

/** The context lives as long as the stream, and what its loaders remember is of the event before. */
function withFreshLoaders(given: LiveEvent | SharedEvent, _args: unknown, context: Context): LiveEvent {
  const event = eventOf<LiveEvent>(given);
  context.loaders = context.services.createLoaders(context);
  if ('post' in event) context.loaders.learnCounts(event.post.id, event.post);
  return event;
}
