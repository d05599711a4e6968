import { payloadOf } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { MailDigest, Resolvers } from '../generated/resolvers.ts';
import type { DigestPeriod } from './repository.ts';

const names = { day: 'DAILY', week: 'WEEKLY' } as const satisfies Record<DigestPeriod, MailDigest>;
const periods = { OFF: null, DAILY: 'day', WEEKLY: 'week' } as const satisfies Record<
  MailDigest,
  DigestPeriod | null
>;

const nameOf = (period: DigestPeriod | null): MailDigest => (period === null ? 'OFF' : names[period]);

export const digestResolvers = {
  Viewer: {
    mailDigest: async ({ viewerId }, _args, { services }) => nameOf(await services.digests.period(viewerId)),
  },
  Mutation: {
    updateMailDigest: (_root, { input }, context) =>
      payloadOf(async () => {
        const period = await context.services.digests.setPeriod(requireViewer(context), periods[input.every]);
        return { mailDigest: nameOf(period) };
      }),
    stopMailDigest: (_root, { input }, { services }) =>
      payloadOf(async () => {
        await services.digests.stop(input.token);
        return { isStopped: true };
      }),
  },
} satisfies Resolvers;
