import { payloadOf } from '@murmuration/service-kit';
import type { AccountExportState, Resolvers } from '../generated/resolvers.ts';
import type { StoredExport } from './repository.ts';

const states = {
  pending: 'PENDING',
  ready: 'READY',
  failed: 'FAILED',
  expired: 'EXPIRED',
} as const satisfies Record<StoredExport['state'], AccountExportState>;

export const exportResolvers = {
  Mutation: {
    requestAccountExport: (_root, { input }, context) =>
      payloadOf(async () => ({ accountExport: await context.services.exports.request(input, context) })),
  },
  Viewer: {
    accountExport: ({ viewerId }, _args, { services }) => services.exports.read(viewerId),
  },
  AccountExport: {
    state: ({ state }) => states[state],
    url: (found, _args, context) => context.services.exports.urlOf(found, context),
  },
} satisfies Resolvers;
