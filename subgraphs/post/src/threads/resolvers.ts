import { encodeId } from '@murmuration/ids';
import type { Resolvers } from '../generated/resolvers.ts';
import { ancestorsOf, findThread, responsesTo } from './service.ts';

export const threadResolvers = {
  Post: {
    thread: (post) => ({ post }),
    quotes: (post, args, context) => responsesTo(context, 'quotePages', post, args),
  },
  Thread: {
    __resolveReference: ({ ref }, context) => findThread(context, ref),
    id: ({ post }) => encodeId('Thread', post.id),
    ref: ({ post }) => encodeId('Thread', post.id),
    ancestors: ({ post }, _args, context) => ancestorsOf(context, post),
    replies: ({ post }, args, context) => responsesTo(context, 'replyPages', post, args),
  },
} satisfies Resolvers;
