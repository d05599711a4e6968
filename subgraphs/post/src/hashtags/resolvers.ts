import { encodeTagId } from '@murmuration/ids';
import type { Resolvers } from '../generated/resolvers.ts';
import { hashtag, hashtagOfId, taggedPosts } from './service.ts';

export const hashtagResolvers = {
  Query: { hashtag: (_root, { tag }) => hashtag(tag) },
  Hashtag: {
    __resolveReference: ({ ref }) => hashtagOfId(ref),
    id: ({ tag }) => encodeTagId(tag),
    ref: ({ tag }) => encodeTagId(tag),
    posts: (key, args, context) => taggedPosts(context, key, args),
  },
} satisfies Resolvers;
