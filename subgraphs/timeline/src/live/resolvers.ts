import { encodeId } from '@murmuration/ids';
import { requireViewer } from '@murmuration/service-kit';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { edgeOf, userKey } from '../home/connection.ts';
import type { CursoredEvent } from './stream.ts';

export const liveResolvers = {
  Subscription: {
    homeTimelineUpdates: {
      subscribe: (_root: unknown, { after }: { after?: string | null }, context: Context) =>
        context.services.streams(requireViewer(context), after ?? null),
      resolve: (event: CursoredEvent) => event,
    },
  },
  LiveEvent: { __resolveType: ({ type }) => type },
  PostAdded: { edge: ({ entry }) => edgeOf(entry) },
  PostRemoved: {
    postId: ({ postId }) => encodeId('Post', postId),
    repostedBy: ({ reposterId }) => (reposterId === null ? null : userKey(reposterId)),
  },
} satisfies Resolvers & { Subscription: unknown };
