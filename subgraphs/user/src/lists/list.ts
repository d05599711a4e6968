import { type CursorCodec, cursorCodec, type UserId } from '@murmuration/ids';
import type { PagedRow } from '@murmuration/service-kit/subgraph';

export const listKinds = [
  'followers',
  'following',
  'knownFollowers',
  'followRequests',
  'blockedUsers',
  'mutedUsers',
] as const;
export type ListKind = (typeof listKinds)[number];

/** Lists of what their owner decided, or has yet to. Nobody else reads them, and nobody is missing from them. */
export const ownLists: ReadonlySet<ListKind> = new Set(['followRequests', 'blockedUsers', 'mutedUsers']);

/** One codec a list: a cursor of the followers is refused by the list of the blocked. */
export const listCursors = Object.fromEntries(listKinds.map((kind) => [kind, cursorCodec(kind)])) as Record<
  ListKind,
  CursorCodec
>;

/** A person in somebody's list, at the place that `key` gives. */
export interface ListRow extends PagedRow {
  memberId: UserId;
  handle: string;
}
