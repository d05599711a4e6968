import { connectionFrom, type Page, type PageInfo, type SealedCursorCodec } from '@murmuration/ids';
import { codecOf, type HomeEdge } from '../belonging/edge.ts';
import type { Range } from '../belonging/range.ts';
import type { LogHead } from '../log/head.ts';
import type { HomePage } from './pipeline.ts';

export interface HomeConnection {
  readerId: bigint;
  edges: HomeEdge[];
  pageInfo: PageInfo;
  /** Every event of the log up to here is in the page. */
  position: LogHead;
}

/** Step four of a read: a page's entries as edges of keys. */
export function homeConnection(
  cursors: SealedCursorCodec,
  readerId: bigint,
  { entries, rest, position }: HomePage,
  page: Page,
): HomeConnection {
  const codec = codecOf(cursors, entries);
  const { edges, pageInfo } = connectionFrom(entries, page, codec, (entry) => ({
    key: entry.id,
    node: entry,
  }));
  return {
    readerId,
    edges: edges.flatMap(({ cursor, node }) => (node ? [{ cursor, entry: node }] : [])),
    pageInfo: rest ? goingOn(cursors, pageInfo, page, rest) : pageInfo,
    position,
  };
}

/** A short page of a timeline that goes on: behind what was looked at, not behind what is shown. */
function goingOn(cursors: SealedCursorCodec, pageInfo: PageInfo, { direction }: Page, rest: Range): PageInfo {
  return direction === 'forward'
    ? { ...pageInfo, hasNextPage: true, endCursor: cursors.seal(rest.high) }
    : { ...pageInfo, hasPreviousPage: true, startCursor: cursors.seal(rest.low) };
}
