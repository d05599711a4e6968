import type { Resolvers } from '../generated/resolvers.ts';
import { answer } from '../sessions/resolvers.ts';

export const accountResolvers = {
  Mutation: {
    signUp: (_root, { input }, context, info) =>
      answer(context, info, () => context.services.accounts.signUp(input, context)),
  },
} satisfies Resolvers;
