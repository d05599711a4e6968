import type { Connection, Edge, Page, UserId } from '@murmuration/ids';
import { type CursorCodec, cursorCodec } from '@murmuration/ids';

export type PersonEdge = Edge<UserId>;
export type PersonConnection = Connection<UserId>;

export const listKinds = ['followers', 'following', 'followRequests', 'blockedUsers', 'mutedUsers'] as const;
export type ListKind = (typeof listKinds)[number];

/** One codec a list: a cursor of the followers is refused by the list of the blocked. */
export const listCursors = Object.fromEntries(listKinds.map((kind) => [kind, cursorCodec(kind)])) as Record<
  ListKind,
  CursorCodec
>;

/** A person in somebody's list, at the place that `key` gives. */
export interface ListRow {
  ownerId: UserId;
  memberId: UserId;
  key: bigint;
}

export function pageKey(kind: ListKind, page: Page): string {
  return [kind, page.direction, page.limit, page.after, page.before].join(' ');
}
