import type { CursorCodec } from './cursor.ts';
import type { Page } from './page.ts';

export interface Edge<Node> {
  cursor: string;
  node: Node | null;
}

export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

export interface Connection<Node, E extends Edge<Node> = Edge<Node>> {
  edges: E[];
  pageInfo: PageInfo;
}

/**
 * Builds a connection of rows read for a page.
 * @param rows at most `page.limit + 1` rows in the order of reading (backwards pages come reversed); the
 *   extra row only says that there are more
 * @param read the sort key and the node of a row
 */
export function connectionFrom<Row, Node, Key>(
  rows: readonly Row[],
  page: Page<Key>,
  codec: CursorCodec<Key>,
  read: (row: Row) => { key: Key; node: Node | null },
): Connection<Node> {
  const hasMore = rows.length > page.limit;
  const kept = rows.slice(0, page.limit);
  if (page.direction === 'backward') kept.reverse();
  const edges = kept.map((row) => {
    const { key, node } = read(row);
    return { cursor: codec.encode(key), node };
  });
  return {
    edges,
    pageInfo: {
      hasNextPage: page.direction === 'forward' ? hasMore : page.before !== null,
      hasPreviousPage: page.direction === 'backward' ? hasMore : page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
