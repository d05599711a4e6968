import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import type { RelationChanges } from './changes.ts';

export const relationResolvers: Resolvers = {
  Mutation: {
    follow: change('follow'),
    unfollow: change('unfollow'),
    acceptFollowRequest: change('acceptFollowRequest'),
    declineFollowRequest: change('declineFollowRequest'),
    removeFollower: change('removeFollower'),
    block: change('block'),
    unblock: change('unblock'),
    mute: change('mute'),
    unmute: change('unmute'),
  },
};

function change(name: keyof RelationChanges) {
  return (_root: unknown, { input }: { input: { userId: string } }, context: Context) =>
    context.services.relations.change(name, input, context);
}
