import type { Resolvers } from '../generated/resolvers.ts';
import { mutate } from '../mutate.ts';

export const reactionResolvers = {
  Mutation: {
    likePost: (_root, { input }, context) =>
      mutate(context, () => context.services.reactions.add(context, 'like', input.postId)),
    unlikePost: (_root, { input }, context) =>
      mutate(context, () => context.services.reactions.remove(context, 'like', input.postId)),
    createRepost: (_root, { input }, context) =>
      mutate(context, () => context.services.reactions.add(context, 'repost', input.postId)),
    deleteRepost: (_root, { input }, context) =>
      mutate(context, () => context.services.reactions.remove(context, 'repost', input.postId)),
  },
  Post: {
    likedBy: (post, args, context) => context.services.reactions.people(context, 'like', post, args),
    repostedBy: (post, args, context) => context.services.reactions.people(context, 'repost', post, args),
    viewerHasLiked: ({ id }, _args, { loaders }) => loaders.detail(id, 'viewerHasLiked'),
    viewerHasReposted: ({ id }, _args, { loaders }) => loaders.detail(id, 'viewerHasReposted'),
  },
} satisfies Resolvers;
