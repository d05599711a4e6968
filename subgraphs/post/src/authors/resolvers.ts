import { timeOf } from '@murmuration/ids';
import type { Resolvers } from '../generated/resolvers.ts';
import { countPosts, findAuthor, pageOfPosts } from './service.ts';

export const authorResolvers = {
  User: {
    __resolveReference: ({ id }, context) => findAuthor(context, id),
    postCount: (author, _args, context) => countPosts(context, author),
    posts: (author, args, context) => pageOfPosts(context, author, args),
  },
  PostEdge: {
    repostedAt: ({ node, row }) =>
      row?.repostId == null || node instanceof Error ? null : new Date(timeOf(row.repostId)).toISOString(),
  },
} satisfies Resolvers;
