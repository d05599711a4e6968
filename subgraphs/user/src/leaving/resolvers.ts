import { payloadOf } from '@murmuration/service-kit';
import type { Resolvers } from '../generated/resolvers.ts';

export const leavingResolvers = {
  Mutation: {
    deactivateAccount: (_root, { input }, context) =>
      payloadOf(() => context.services.leaving.deactivate(input, context)),
    deleteAccount: (_root, { input }, context) =>
      payloadOf(() => context.services.leaving.delete(input, context)),
  },
} satisfies Resolvers;
