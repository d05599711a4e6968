import type { Resolvers } from '../generated/resolvers.ts';
import { answer } from '../sessions/resolvers.ts';

export const accountResolvers: Resolvers = {
  Mutation: {
    signUp: (_root, { input }, context) =>
      answer(context, () => context.services.accounts.signUp(input, context)),
  },
};
