import { payloadOf } from '@murmuration/service-kit';
import type { Resolvers } from '../generated/resolvers.ts';

export const passwordResolvers = {
  Mutation: {
    changePassword: (_root, { input }, context) =>
      payloadOf(() => context.services.passwords.change(input, context)),
    requestPasswordReset: (_root, { input }, context) =>
      payloadOf(async () => {
        await context.services.passwords.requestReset(input.handleOrEmail, context);
        return {};
      }),
    resetPassword: (_root, { input }, context) =>
      payloadOf(() => context.services.passwords.reset(input, context)),
  },
} satisfies Resolvers;
