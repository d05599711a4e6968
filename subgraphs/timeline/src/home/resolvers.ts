import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { Resolvers } from '../generated/resolvers.ts';
import { bringerOf, postOf } from '../belonging/keys.ts';

export const homeResolvers = {
  Query: {
    homeTimeline: (_root, args, context) =>
      context.services.home.timeline(requireViewer(context), args, context.position),
  },
  HomeTimelineConnection: {
    liveCursor: (connection, _args, context) => context.services.home.liveCursor(connection),
    newPostCount: ({ readerId }, { since }, context) => context.services.home.newPostCount(readerId, since),
  },
  HomeTimelineEdge: {
    node: ({ entry }) => postOf(entry),
    repostedBy: ({ entry }) => bringerOf(entry),
  },
} satisfies Resolvers;
