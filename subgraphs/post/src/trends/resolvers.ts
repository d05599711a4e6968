import type { Resolvers } from '../generated/resolvers.ts';

export const trendResolvers = {
  Query: {
    trendingHashtags: (_root, args, context) => context.services.trends.hashtags(args),
    trendingPosts: (_root, args, context) => context.services.trends.posts(context, args),
  },
} satisfies Resolvers;
