import { has } from '@murmuration/relationships';
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
  User: {
    secondFactor: (person, _args, context) =>
      has(person.relation, 'self') && person.id === context.viewerId
        ? context.services.secondFactor.read(context)
        : null,
  },
} satisfies Resolvers;
