import type { Resolvers } from '../generated/resolvers.ts';
import { ancestorsOf, responsesTo } from './service.ts';

export const threadResolvers = {
  Post: {
    thread: (post) => ({ post }),
    quotes: (post, args, context) => responsesTo(context, 'quotePages', post, args),
  },
  Thread: {
    ancestors: ({ post }, _args, context) => ancestorsOf(context, post),
    replies: ({ post }, args, context) => responsesTo(context, 'replyPages', post, args),
  },
} satisfies Resolvers;
