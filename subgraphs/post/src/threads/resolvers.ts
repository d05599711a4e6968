import type { Resolvers } from '../generated/resolvers.ts';
import { ancestorsOf, repliesTo } from './service.ts';

export const threadResolvers: Resolvers = {
  Post: { thread: (post) => ({ post }) },
  Thread: {
    ancestors: ({ post }, _args, context) => ancestorsOf(context, post),
    replies: ({ post }, args, context) => repliesTo(context, post, args),
  },
};
