import type { Resolvers } from '../generated/resolvers.ts';
import { mutate } from '../mutate.ts';
import { likedPosts, showsLikes, updateLikesVisibility } from './service.ts';

export const likeResolvers = {
  Mutation: {
    updateLikesVisibility: (_root, { input }, context) =>
      mutate(context, () => updateLikesVisibility(context, input.showsLikes)),
  },
  Viewer: { showsLikes: ({ viewerId }, _args, context) => showsLikes(context, viewerId) },
  User: { likedPosts: (author, args, context) => likedPosts(context, author, args) },
} satisfies Resolvers;
