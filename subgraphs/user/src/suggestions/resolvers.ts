import { payloadOf } from '@murmuration/service-kit';
import type { Resolvers } from '../generated/resolvers.ts';

export const suggestionResolvers = {
  Viewer: {
    suggestedUsers: (viewer, args, { loaders, services }) => services.suggestions.page(viewer, loaders, args),
  },
  Mutation: {
    dismissSuggestion: (_root, { input }, context) =>
      payloadOf(() => context.services.suggestions.dismiss(input, context)),
  },
} satisfies Resolvers;
