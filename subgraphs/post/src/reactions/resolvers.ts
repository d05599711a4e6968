import type { Resolvers } from '../generated/resolvers.ts';
import { mutate } from '../mutate.ts';
import { peopleWho } from './people.ts';
import { react, takeBack } from './service.ts';

export const reactionResolvers = {
  Mutation: {
    likePost: (_root, { input }, context) => mutate(context, () => react(context, 'like', input.postId)),
    unlikePost: (_root, { input }, context) => mutate(context, () => takeBack(context, 'like', input.postId)),
    createRepost: (_root, { input }, context) =>
      mutate(context, () => react(context, 'repost', input.postId)),
    deleteRepost: (_root, { input }, context) =>
      mutate(context, () => takeBack(context, 'repost', input.postId)),
  },
  Post: {
    likedBy: (post, args, context) => peopleWho(context, 'like', post, args),
    repostedBy: (post, args, context) => peopleWho(context, 'repost', post, args),
    viewerHasLiked: ({ id }, _args, { loaders }) => loaders.detail(id, 'viewerHasLiked'),
    viewerHasReposted: ({ id }, _args, { loaders }) => loaders.detail(id, 'viewerHasReposted'),
  },
} satisfies Resolvers;
