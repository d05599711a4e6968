import {
  type Page,
  type PageInfo,
  sealedCursorCodec,
  type SealedCursorCodec,
  type SealingKeys,
} from '@murmuration/ids';
import type { NotificationPage, Seen } from './page.ts';

/** Places among a reader's notifications; also what a marker is moved to. */
export function createNotificationCursors(keys: SealingKeys): SealedCursorCodec {
  return sealedCursorCodec('notifications', keys);
}

export interface NotificationEdge {
  cursor: string;
  seen: Seen;
}

export interface NotificationConnection {
  viewerId: bigint;
  edges: NotificationEdge[];
  pageInfo: PageInfo;
  liveCursor: string;
}

/**
 * @param page read with one more than its limit
 * @param rest of it, in place of the last edge's cursor: behind what was looked at, not behind what is shown
 */
export function notificationConnection(
  cursors: SealedCursorCodec,
  { seen, rest }: NotificationPage,
  page: Pick<Page, 'limit' | 'after'>,
  of: Pick<NotificationConnection, 'viewerId' | 'liveCursor'>,
): NotificationConnection {
  const edges = seen.slice(0, page.limit).map((one) => ({ cursor: cursors.encode(one.place), seen: one }));
  const hasMore = seen.length > page.limit || rest !== null;
  const isShort = seen.length <= page.limit && rest !== null;
  return {
    ...of,
    edges,
    pageInfo: {
      hasNextPage: hasMore,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: isShort ? cursors.seal(rest) : (edges.at(-1)?.cursor ?? null),
    },
  };
}
