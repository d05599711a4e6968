import type { Resolvers } from '../generated/resolvers.ts';
import { mutate } from '../mutate.ts';
import { react, takeBack } from './service.ts';

export const reactionResolvers: Resolvers = {
  Mutation: {
    like: (_root, { input }, context) => mutate(context, () => react(context, 'like', input.postId)),
    unlike: (_root, { input }, context) => mutate(context, () => takeBack(context, 'like', input.postId)),
    repost: (_root, { input }, context) => mutate(context, () => react(context, 'repost', input.postId)),
    undoRepost: (_root, { input }, context) =>
      mutate(context, () => takeBack(context, 'repost', input.postId)),
  },
  Post: {
    viewerHasLiked: ({ id }, _args, { loaders }) => loaders.detail(id, 'viewerHasLiked'),
    viewerHasReposted: ({ id }, _args, { loaders }) => loaders.detail(id, 'viewerHasReposted'),
  },
};
