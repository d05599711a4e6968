import { connectionFrom, type Page, type PageInfo, type SealedCursorCodec } from '@murmuration/ids';
import { codecOf, type HomeEdge } from '../belonging/edge.ts';
import type { Range } from '../belonging/range.ts';
import type { Source } from '../belonging/source.ts';
import type { LogHead } from '../log/head.ts';
import type { TimelinePage } from './pipeline.ts';

export interface TimelineConnection {
  source: Source;
  edges: HomeEdge[];
  pageInfo: PageInfo;
  /** Every event of the log up to here is in the page. */
  position: LogHead;
}

/** Step four of a read: a page's entries as edges of keys. */
export function timelineConnection(
  cursors: SealedCursorCodec,
  source: Source,
  { entries, rest, position }: TimelinePage,
  page: Page,
): TimelineConnection {
  const codec = codecOf(cursors, entries);
  const { edges, pageInfo } = connectionFrom(entries, page, codec, (entry) => ({
    key: entry.id,
    node: entry,
  }));
  return {
    source,
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
