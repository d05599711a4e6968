import { payloadOf } from '@murmuration/service-kit';
import type { Resolvers } from '../generated/resolvers.ts';

export const secondFactorResolvers = {
  Mutation: {
    confirmIdentity: (_root, { input }, context) =>
      payloadOf(() => context.services.secondFactor.confirmIdentity(input, context)),
    setUpTotp: (_root, _args, context) => payloadOf(() => context.services.secondFactor.setUp(context)),
    confirmTotp: (_root, { input }, context) =>
      payloadOf(() => context.services.secondFactor.confirm(input.code, context)),
    removeTotp: (_root, _args, context) => payloadOf(() => context.services.secondFactor.remove(context)),
    renewRecoveryCodes: (_root, _args, context) =>
      payloadOf(() => context.services.secondFactor.renewRecoveryCodes(context)),
  },
  Viewer: {
    secondFactor: (_viewer, _args, context) => context.services.secondFactor.read(context),
  },
} satisfies Resolvers;
