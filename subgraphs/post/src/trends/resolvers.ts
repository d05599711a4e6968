import type { Resolvers } from '../generated/resolvers.ts';
import { trendingHashtags, trendingPosts } from './service.ts';

export const trendResolvers = {
  Query: {
    trendingHashtags: (_root, args, context) => trendingHashtags(context, args),
    trendingPosts: (_root, args, context) => trendingPosts(context, args),
  },
} satisfies Resolvers;
