import { encodeId } from '@murmuration/ids';

/** A person as far as posts are concerned: a key that `user` makes a profile of. */
export interface AuthorKey {
  __typename: 'User';
  id: string;
  authorId: bigint;
}

export function authorKey(authorId: bigint): AuthorKey {
  return { __typename: 'User', id: encodeId('User', authorId), authorId };
}
