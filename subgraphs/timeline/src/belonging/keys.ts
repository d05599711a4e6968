import { encodeId } from '@murmuration/ids';
import { downstreamError } from '@murmuration/service-kit';
import type { SeenEntry } from './visible.ts';

export interface UserKey {
  __typename: 'User';
  id: string;
}

export interface PostKey {
  __typename: 'Post';
  id: string;
  author: UserKey;
}

/**
 * The post's key and its author's, which never changes, so that authors are asked for beside their posts and not after
 * them; their owners say the rest.
 * @throws GraphQLError `DOWNSTREAM_ERROR` when nobody could say whether the reader may see it
 */
export function postOf({ sight, postId, authorId }: SeenEntry): PostKey {
  if (sight === 'unknown') throw downstreamError('user');
  return { __typename: 'Post', id: encodeId('Post', postId), author: userKey(authorId) };
}

/** The key of whoever brought the post in; null for a post in its own right. */
export function bringerOf({ sight, reposterId }: SeenEntry): UserKey | null {
  if (reposterId === null) return null;
  if (sight === 'unknown') throw downstreamError('user');
  return userKey(reposterId);
}

export function userKey(id: bigint): UserKey {
  return { __typename: 'User', id: encodeId('User', id) };
}
