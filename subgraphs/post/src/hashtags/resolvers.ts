import { encodeTagId } from '@murmuration/ids';
import type { Resolvers } from '../generated/resolvers.ts';
import { hashtag, hashtagOfId } from './hashtag.ts';

export const hashtagResolvers = {
  Query: { hashtag: (_root, { tag }) => hashtag(tag) },
  Hashtag: {
    __resolveReference: ({ ref }) => hashtagOfId(ref),
    id: ({ tag }) => encodeTagId(tag),
    ref: ({ tag }) => encodeTagId(tag),
    posts: (key, args, context) => context.services.hashtags.page(context, key, args),
  },
} satisfies Resolvers;
