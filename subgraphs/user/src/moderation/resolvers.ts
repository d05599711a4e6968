import { payloadOf } from '@murmuration/service-kit';
import type { Resolvers } from '../generated/resolvers.ts';
import type { Role } from './policy.ts';

const byName = { MEMBER: 'member', MODERATOR: 'moderator', ADMIN: 'admin' } as const;
const names = { member: 'MEMBER', moderator: 'MODERATOR', admin: 'ADMIN' } as const satisfies Record<
  Role,
  string
>;

export const moderationResolvers = {
  Mutation: {
    suspendUser: (_root, { input }, context) =>
      payloadOf(() => context.services.moderation.setSuspended(input.userId, true, context)),
    unsuspendUser: (_root, { input }, context) =>
      payloadOf(() => context.services.moderation.setSuspended(input.userId, false, context)),
    changeRole: (_root, { input }, context) =>
      payloadOf(async () => {
        const { role } = await context.services.moderation.changeRole(
          input.userId,
          byName[input.role],
          context,
        );
        return { role: names[role] };
      }),
  },
  Viewer: {
    role: async ({ viewerId }, _args, { services }) => names[await services.moderation.readRole(viewerId)],
  },
} satisfies Resolvers;
