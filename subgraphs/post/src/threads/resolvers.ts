import { encodeId } from '@murmuration/ids';
import type { Resolvers } from '../generated/resolvers.ts';

export const threadResolvers = {
  Post: {
    thread: (post) => ({ post }),
    quotes: (post, args, context) => context.services.threads.responses(context, 'quotePages', post, args),
  },
  Thread: {
    __resolveReference: ({ ref }, context) => context.services.threads.find(context, ref),
    id: ({ post }) => encodeId('Thread', post.id),
    ref: ({ post }) => encodeId('Thread', post.id),
    ancestors: ({ post }, _args, context) => context.services.threads.ancestors(context, post),
    replies: ({ post }, args, context) =>
      context.services.threads.responses(context, 'replyPages', post, args),
  },
} satisfies Resolvers;
