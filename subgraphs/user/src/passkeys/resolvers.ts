import { encodeId } from '@murmuration/ids';
import { payloadOf } from '@murmuration/service-kit';
import type { Resolvers } from '../generated/resolvers.ts';
import { answer } from '../sessions/resolvers.ts';

export const passkeyResolvers = {
  Mutation: {
    beginPasskeyLogIn: (_root, _args, { services }) => payloadOf(() => services.passkeyEntry.beginLogIn()),
    finishPasskeyLogIn: (_root, { input }, context, info) =>
      answer(context, info, () => context.services.passkeyEntry.finishLogIn(input, context)),
    beginPasskeyConfirmation: (_root, _args, context) =>
      payloadOf(() => context.services.passkeyEntry.beginConfirmation(context)),
    confirmIdentityByPasskey: (_root, { input }, context) =>
      payloadOf(() => context.services.passkeyEntry.confirm(input, context)),
    beginPasskeyRegistration: (_root, _args, context) =>
      payloadOf(() => context.services.passkeys.beginRegistration(context)),
    finishPasskeyRegistration: (_root, { input }, context) =>
      payloadOf(() => context.services.passkeys.finishRegistration(input, context)),
    renamePasskey: (_root, { input }, context) =>
      payloadOf(() => context.services.passkeys.rename(input, context)),
    removePasskey: (_root, { input }, context) =>
      payloadOf(() => context.services.passkeys.remove(input.passkeyId, context)),
  },
  Viewer: {
    passkeys: ({ viewerId }, _args, { services }) => services.passkeys.list(viewerId),
  },
  Passkey: { id: ({ id }) => encodeId('Passkey', id) },
} satisfies Resolvers;
