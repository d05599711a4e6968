import { payloadOf } from '@murmuration/service-kit';
import type { Resolvers } from '../generated/resolvers.ts';
import { answer } from '../sessions/resolvers.ts';

export const accountResolvers = {
  Mutation: {
    createSignUpChallenge: (_root, _args, { services }) =>
      payloadOf(async () => ({ challenge: await services.accounts.createChallenge() })),
    signUp: (_root, { input }, context, info) =>
      answer(context, info, () => context.services.accounts.signUp(input, context)),
  },
} satisfies Resolvers;
