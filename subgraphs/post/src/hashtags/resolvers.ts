import type { Resolvers } from '../generated/resolvers.ts';
import { hashtag, taggedPosts } from './service.ts';

export const hashtagResolvers = {
  Query: { hashtag: (_root, { tag }) => hashtag(tag) },
  Hashtag: { posts: (key, args, context) => taggedPosts(context, key, args) },
} satisfies Resolvers;
