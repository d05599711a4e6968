import { accountResolvers } from './accounts/resolvers.ts';
import { emailResolvers } from './emails/resolvers.ts';
import type { Resolvers } from './generated/resolvers.ts';
import { listResolvers } from './lists/resolvers.ts';
import { liveResolvers } from './live/resolvers.ts';
import { nodeResolvers } from './nodes/resolvers.ts';
import { passwordResolvers } from './passwords/resolvers.ts';
import { profileResolvers } from './profiles/resolvers.ts';
import { relationResolvers } from './relations/resolvers.ts';
import { dateTime } from './scalars.ts';
import { sessionResolvers } from './sessions/resolvers.ts';

/** Every concern's resolvers. Abstract types need none where their values say in `__typename` what they are. */
export const resolvers: Resolvers & { Subscription: unknown } = {
  ...liveResolvers,
  DateTime: dateTime,
  Query: { ...profileResolvers.Query, ...nodeResolvers.Query },
  Mutation: {
    ...accountResolvers.Mutation,
    ...sessionResolvers.Mutation,
    ...emailResolvers.Mutation,
    ...passwordResolvers.Mutation,
    ...profileResolvers.Mutation,
    ...relationResolvers.Mutation,
  },
  User: { ...profileResolvers.User, ...listResolvers.User },
  UserEdge: { ...listResolvers.UserEdge },
  ViewerRelation: { ...profileResolvers.ViewerRelation },
};
