import { viewerIdOf, viewerOf, viewerOfReference } from '@murmuration/service-kit/subgraph';
import type { Resolvers } from '../generated/resolvers.ts';

export const viewerResolvers = {
  Query: { viewer: (_root, _args, context) => viewerOf(context) },
  Viewer: {
    __resolveReference: (reference, context) => viewerOfReference(context, reference),
    id: viewerIdOf,
  },
} satisfies Resolvers;
