import { payloadOf } from '@murmuration/service-kit';
import type { Resolvers } from '../generated/resolvers.ts';

export const emailResolvers = {
  Mutation: {
    sendEmailVerification: (_root, _args, context) =>
      payloadOf(async () => {
        await context.services.emails.sendVerification(context);
        return {};
      }),
    verifyEmail: (_root, { input }, context) =>
      payloadOf(() => context.services.emails.verify(input.token, context)),
    changeEmail: (_root, { input }, context) =>
      payloadOf(async () => {
        await context.services.emails.requestChange(input, context);
        return {};
      }),
    confirmEmailChange: (_root, { input }, context) =>
      payloadOf(() => context.services.emails.confirmChange(input.token, context)),
    undoEmailChange: (_root, { input }, context) =>
      payloadOf(() => context.services.emails.undoChange(input.token, context)),
  },
} satisfies Resolvers;
