import { timeOf } from '@murmuration/ids';
import type { Resolvers } from '../generated/resolvers.ts';

export const authorResolvers = {
  User: {
    __resolveReference: ({ id }, context) => context.services.authors.find(context, id),
    postCount: (author, _args, context) => context.services.authors.countPosts(context, author),
    posts: (author, args, context) => context.services.authors.page(context, author, args),
  },
  PostEdge: {
    repostedAt: ({ node, row }) =>
      row?.repostId == null || node instanceof Error ? null : new Date(timeOf(row.repostId)).toISOString(),
  },
} satisfies Resolvers;
