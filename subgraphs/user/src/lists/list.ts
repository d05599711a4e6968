import { type CursorCodec, cursorCodec, type Page, type UserId } from '@murmuration/ids';

export const listKinds = ['followers', 'following', 'followRequests', 'blockedUsers', 'mutedUsers'] as const;
export type ListKind = (typeof listKinds)[number];

/** Lists of what their owner decided, or has yet to. Nobody else reads them, and nobody is missing from them. */
export const ownLists: ReadonlySet<ListKind> = new Set(['followRequests', 'blockedUsers', 'mutedUsers']);

/** One codec a list: a cursor of the followers is refused by the list of the blocked. */
export const listCursors = Object.fromEntries(listKinds.map((kind) => [kind, cursorCodec(kind)])) as Record<
  ListKind,
  CursorCodec
>;

/** A person in somebody's list, at the place that `key` gives. */
export interface ListRow {
  ownerId: UserId;
  memberId: UserId;
  handle: string;
  key: bigint;
}

export function pageKey(kind: ListKind, page: Page): string {
  return [kind, page.direction, page.limit, page.after, page.before].join(' ');
}
