import { viewerIdOf, viewerOf, viewerOfReference } from '@murmuration/service-kit/subgraph';
import type { Resolvers } from '../generated/resolvers.ts';
import { readOwnList } from '../lists/service.ts';

export const viewerResolvers = {
  Query: { viewer: (_root, _args, context) => viewerOf(context) },
  Viewer: {
    __resolveReference: (reference, context) => viewerOfReference(context, reference),
    id: viewerIdOf,
    user: ({ viewerId }, _args, { loaders }) => loaders.people.load(viewerId),
    followRequests: (viewer, args, { loaders }) => readOwnList('followRequests', viewer, loaders, args),
    blockedUsers: (viewer, args, { loaders }) => readOwnList('blockedUsers', viewer, loaders, args),
    mutedUsers: (viewer, args, { loaders }) => readOwnList('mutedUsers', viewer, loaders, args),
  },
} satisfies Resolvers;
