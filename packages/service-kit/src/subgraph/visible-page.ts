import {
  type Connection,
  connectionFrom,
  type Edge,
  type Page,
  type SealedCursorCodec,
  sealingWhere,
} from '@murmuration/ids';

interface Kept<Row, Node> {
  row: Row;
  node: Node | Error;
}

/** What is in a list, where it is, and what it says. */
interface VisibleEdge<Row, Node> extends Edge<Node | Error> {
  row: Row;
}

/** Rounds in which a page is filled up when what it looked at is hidden. */
export const fillLimits = { rounds: 8 } as const;

/**
 * A page of what exists for the viewer, in the order of any key. Hidden ones leave no trace: more is read in their place, some
 * rounds at most; after these the page is short and its `pageInfo` leads on. What cannot be decided, since
 * another service is away, is an edge whose node is the error, and nothing is read in its place.
 * Cursors at what is hidden, or may be, are sealed: an id tells when it was made.
 * @param read at most `page.limit` rows in the order of reading
 * @param decide the node, null when it is hidden, or why that cannot be said
 */
export async function visiblePage<Row extends { key: Key }, Node, Key>(
  cursors: SealedCursorCodec<Key>,
  page: Page<Key>,
  read: (page: Page<Key>) => Promise<readonly Row[]>,
  decide: (row: Row) => Promise<Node | null>,
): Promise<Connection<Node | Error, VisibleEdge<Row, Node>>> {
  const wanted = page.limit + 1;
  const kept: Kept<Row, Node>[] = [];
  let rest: Page<Key> = { ...page, limit: wanted };
  for (let round = 0; ; round++) {
    const rows = await read(rest);
    const nodes = await Promise.all(rows.map((row) => decide(row).catch((error: Error) => error)));
    nodes.forEach((node, index) => {
      const row = rows[index];
      if (node !== null && row) kept.push({ row, node });
    });
    const last = rows.at(-1);
    if (kept.length >= wanted || rows.length < rest.limit || !last) break;
    if (round + 1 === fillLimits.rounds)
      return shortPage(connectionOf(cursors, kept, page), page, cursors.seal(last.key));
    rest = { ...rest, ...(page.direction === 'forward' ? { after: last.key } : { before: last.key }) };
  }
  return connectionOf(cursors, kept, page);
}

function connectionOf<Row extends { key: Key }, Node, Key>(
  cursors: SealedCursorCodec<Key>,
  kept: readonly Kept<Row, Node>[],
  page: Page<Key>,
): Connection<Node | Error, VisibleEdge<Row, Node>> {
  const undecided = new Set(kept.flatMap(({ row, node }) => (node instanceof Error ? [row.key] : [])));
  const codec = sealingWhere(cursors, (key) => undecided.has(key));
  const { edges, pageInfo } = connectionFrom(kept, page, codec, (one) => ({ key: one.row.key, node: one }));
  return {
    // Every node is one that was kept.
    edges: edges.flatMap(({ cursor, node }) => (node ? [{ cursor, node: node.node, row: node.row }] : [])),
    pageInfo,
  };
}

/** A page that was given up on before it was full: its end is where the reading ended. */
function shortPage<C extends Connection<unknown>>(
  connection: C,
  page: Pick<Page, 'direction'>,
  cursor: string,
): C {
  const end =
    page.direction === 'forward'
      ? { hasNextPage: true, endCursor: cursor }
      : { hasPreviousPage: true, startCursor: cursor };
  return { ...connection, pageInfo: { ...connection.pageInfo, ...end } };
}
