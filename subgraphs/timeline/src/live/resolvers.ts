import { decodeInputId, encodeId } from '@murmuration/ids';
import { requireViewer, SharedEvent, SharedStream } from '@murmuration/service-kit/subgraph';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { userKey } from '../belonging/keys.ts';
import { listOf } from '../belonging/source.ts';
import type { CursoredEvent } from './live-event.ts';

export const liveResolvers = {
  Subscription: {
    homeTimelineUpdates: {
      subscribe: (_root: unknown, { after }: { after?: string | null }, context: Context) =>
        new SharedStream(context.services.streams(requireViewer(context), after ?? null), shared),
      resolve: (event: CursoredEvent) => event,
    },
    listUpdates: {
      subscribe: async (
        _root: unknown,
        { after, listId }: { after?: string | null; listId: string },
        { services, viewerId }: Context,
      ) => {
        const source = listOf(decodeInputId('List', 'listId', listId), viewerId);
        await services.lists.require(source);
        return new SharedStream(services.listStreams(source, after ?? null), shared);
      },
      resolve: (event: CursoredEvent) => event,
    },
  },
  LiveEvent: { __resolveType: ({ type }) => type },
  PostAdded: { edge: ({ entry }, _args, { services }) => services.timelines.edgeOf(entry) },
  PostRemoved: {
    postId: ({ postId }) => encodeId('Post', postId),
    repostedBy: ({ reposterId }) => (reposterId === null ? null : userKey(reposterId)),
  },
  PersonHidden: { userId: ({ personId }) => encodeId('User', personId) },
} satisfies Resolvers & { Subscription: unknown };

/** Nothing of an event but its cursor depends on whom it is told. */
function shared({ cursor, told }: CursoredEvent): SharedEvent {
  return new SharedEvent(told, cursor, told.type === 'PostAdded' ? told.audience : undefined);
}
