import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import type { RelationChanges } from './changes.ts';
import type { RelationInput } from './service.ts';

export const relationResolvers = {
  Mutation: {
    followUser: change('followUser'),
    unfollowUser: change('unfollowUser'),
    acceptFollowRequest: change('acceptFollowRequest'),
    declineFollowRequest: change('declineFollowRequest'),
    removeFollower: change('removeFollower'),
    blockUser: change('blockUser'),
    unblockUser: change('unblockUser'),
    muteUser: change('muteUser'),
    unmuteUser: change('unmuteUser'),
  },
} satisfies Resolvers;

function change(name: keyof RelationChanges) {
  return (_root: unknown, { input }: { input: RelationInput }, context: Context) =>
    context.services.relations.change(name, input, context);
}
