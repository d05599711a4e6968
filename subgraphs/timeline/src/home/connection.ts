import {
  connectionFrom,
  cursorCodec,
  encodeId,
  type Page,
  type PageArguments,
  pageFrom,
  type PageInfo,
} from '@murmuration/ids';
import { downstreamError } from '@murmuration/service-kit';
import type { LogHead } from '../live/log-event.ts';
import type { HomePage, SeenEntry } from './pipeline.ts';

/** The order of entries: descending ids. */
export const homeCursors = cursorCodec('home');

export interface HomeEdge {
  cursor: string;
  entry: SeenEntry;
}

export interface HomeConnection {
  readerId: bigint;
  edges: HomeEdge[];
  pageInfo: PageInfo;
  /** Every event of the log up to here is in the page. */
  position: LogHead;
}

/** @throws GraphQLError `BAD_USER_INPUT` naming the argument */
export function homePageFrom(args: PageArguments): Page {
  return pageFrom(args, homeCursors);
}

/** Step four of a read: a page's entries as edges of keys. */
export function homeConnection(
  readerId: bigint,
  { entries, position }: HomePage,
  page: Page,
): HomeConnection {
  const { edges, pageInfo } = connectionFrom(entries, page, homeCursors, (entry) => ({
    key: entry.id,
    node: entry,
  }));
  return {
    readerId,
    edges: edges.flatMap(({ cursor, node }) => (node ? [{ cursor, entry: node }] : [])),
    pageInfo,
    position,
  };
}

export function edgeOf(entry: SeenEntry): HomeEdge {
  return { cursor: homeCursors.encode(entry.id), entry };
}

/**
 * The post's key and its author's, which never changes; their owners say the rest.
 * @throws GraphQLError `DOWNSTREAM_ERROR` when nobody could say whether the reader may see it
 */
export function postOf({ sight, postId, authorId }: SeenEntry): PostKey {
  if (sight === 'unknown') throw downstreamError('user');
  return { __typename: 'Post', id: encodeId('Post', postId), author: userKey(authorId) };
}

export interface UserKey {
  __typename: 'User';
  id: string;
}

export interface PostKey {
  __typename: 'Post';
  id: string;
  author: UserKey;
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
