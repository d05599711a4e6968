import { encodeId } from '@murmuration/ids';
import { requireViewer, viewerOf } from '@murmuration/service-kit/subgraph';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import type { LiveEvent } from './streams.ts';

export const liveResolvers = {
  Subscription: {
    viewerUpdates: {
      subscribe: (_root: unknown, { after }: { after?: string | null }, context: Context) =>
        context.services.streams.open(requireViewer(context), after ?? null),
      resolve(event: LiveEvent, _args: unknown, context: Context) {
        // The context lives as long as the stream, and what its loaders remember is of the event before.
        context.loaders.forget();
        return event;
      },
    },
  },
  LiveEvent: { __resolveType: ({ type }) => type },
  RelationChanged: {
    userId: ({ personId }) => encodeId('User', personId),
    position: ({ at }, _args, { services }) => services.positionOf(at),
    user: ({ personId }, _args, { loaders }) => loaders.people.load(personId),
  },
  ViewerChanged: {
    viewer: (_event, _args, context) => viewerOf(context),
  },
  SessionEnded: {
    sessionId: ({ sessionId }) => encodeId('Session', sessionId),
    isThisSession: (event, _args, context) => event.sessionId === context.sessionId,
  },
} satisfies Resolvers & { Subscription: unknown };
