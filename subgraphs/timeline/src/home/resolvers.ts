import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { Resolvers } from '../generated/resolvers.ts';
import { bringerOf, postOf } from '../belonging/keys.ts';
import { homeOf } from '../belonging/source.ts';

export const homeResolvers = {
  Query: {
    homeTimeline: (_root, args, context) =>
      context.services.timelines.page(homeOf(requireViewer(context)), args, context),
  },
  HomeTimelineConnection: {
    liveCursor: (connection, _args, context) => context.services.timelines.liveCursor(connection),
    newPostCount: ({ source }, { since }, context) => context.services.timelines.newPostCount(source, since),
  },
  HomeTimelineEdge: {
    node: ({ entry }) => postOf(entry),
    repostedBy: ({ entry }) => bringerOf(entry),
  },
} satisfies Resolvers;
