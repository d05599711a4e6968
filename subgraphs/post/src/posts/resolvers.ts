import { decodeId, decodeInputId, encodeId, timeOf } from '@murmuration/ids';
import { authorKey } from '../authors/author.ts';
import type { Context } from '../context.ts';
import type { Resolvers, Visibility } from '../generated/resolvers.ts';
import { mutate } from '../mutate.ts';
import type { PostRow } from './post.ts';
import { shownFacets } from './shown-facets.ts';

export const postResolvers = {
  Query: {
    post: (_root, { id }, { loaders }) => loaders.visibleById(decodeInputId('Post', 'id', id)),
  },
  Mutation: {
    createPost: (_root, { input }, context) =>
      mutate(context, () => context.services.posts.create(context, input)),
    deletePost: (_root, { input }, context) =>
      mutate(context, () => context.services.posts.delete(context, input.postId)),
  },
  Post: {
    __resolveReference: (key, context) => findReferenced(context, 'ref' in key ? key.ref : key.id),
    id: (post) => encodeId('Post', post.id),
    ref: (post) => encodeId('Post', post.id),
    facets: (post, _args, context) => shownFacets(context, post.facets),
    author: (post) => authorKey(post.authorId),
    createdAt: (post) => new Date(timeOf(post.id)).toISOString(),
    visibility: (post) => post.visibility.toUpperCase() as Visibility,
    likeCount: ({ id }, _args, { loaders }) => loaders.detail(id, 'likeCount'),
    replyCount: ({ id }, _args, { loaders }) => loaders.detail(id, 'replyCount'),
    repostCount: ({ id }, _args, { loaders }) => loaders.detail(id, 'repostCount'),
    quoteCount: ({ id }, _args, { loaders }) => loaders.detail(id, 'quoteCount'),
    isReply: (post) => post.replyToId !== null,
    replyTo: ({ replyToId }, _args, { loaders }) =>
      replyToId === null ? null : loaders.visibleById(replyToId),
    quoted: ({ quotedId }, _args, { loaders }) => (quotedId === null ? null : loaders.visibleById(quotedId)),
  },
  Facet: { __resolveType: (facet) => facet.__typename },
  MentionFacet: {
    user: ({ userId }, _args, context) => context.services.authors.visible(context, BigInt(userId)),
  },
} satisfies Resolvers;

/** A key of another subgraph's; one that is no id of a post is as good as unknown. */
function findReferenced({ loaders }: Context, wireId: string): Promise<PostRow | null> | null {
  const id = decodeId('Post', wireId);
  return id === null ? null : loaders.visibleById(id);
}
