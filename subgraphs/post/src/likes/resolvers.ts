import type { Resolvers } from '../generated/resolvers.ts';
import { mutate } from '../mutate.ts';

export const likeResolvers = {
  Mutation: {
    updateLikesVisibility: (_root, { input }, context) =>
      mutate(context, () => context.services.likes.show(context, input.showsLikes)),
  },
  Viewer: { showsLikes: ({ viewerId }, _args, context) => context.services.likes.isShown(context, viewerId) },
  User: { likedPosts: (author, args, context) => context.services.likes.page(context, author, args) },
} satisfies Resolvers;
