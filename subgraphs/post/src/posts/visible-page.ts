import { type Connection, connectionFrom, cursorCodec, type Edge, type Page } from '@murmuration/ids';
import type { PostRow } from './post.ts';

/** A node that could not be decided about is an error of its own: the page stays. */
export type PostNode = PostRow | Error;
export type PostEdge = Edge<PostNode>;
export type PostConnection = Connection<PostNode>;

/** Posts of any list here are in the order of their ids, so one kind of cursor fits them all. */
export const postCursor = cursorCodec('post');

export const fillLimits = { rounds: 8 } as const;

/**
 * A page of posts that exist for the viewer. Hidden ones leave no trace: more is read in their place, some
 * rounds at most; after these the page is short and its `pageInfo` leads on. What cannot be decided, since
 * another service is away, is an edge whose node is the error, and nothing is read in its place.
 * @param read at most `page.limit` rows in the order of reading
 * @param decide the post, null when it is hidden, or why that cannot be said
 */
export async function visiblePage(
  page: Page,
  read: (page: Page) => Promise<readonly PostRow[]>,
  decide: (row: PostRow) => Promise<PostRow | null>,
): Promise<PostConnection> {
  const wanted = page.limit + 1;
  const kept: { id: bigint; node: PostNode }[] = [];
  let rest: Page = { ...page, limit: wanted };
  for (let round = 0; ; round++) {
    const rows = await read(rest);
    const nodes = await Promise.all(rows.map((row) => decide(row).catch((error: Error) => error)));
    nodes.forEach((node, index) => {
      const row = rows[index];
      if (node !== null && row) kept.push({ id: row.id, node });
    });
    const last = rows.at(-1);
    if (kept.length >= wanted || rows.length < rest.limit || !last) break;
    if (round + 1 === fillLimits.rounds) return shortPage(connectionOf(kept, page), page, last.id);
    rest = { ...rest, ...(page.direction === 'forward' ? { after: last.id } : { before: last.id }) };
  }
  return connectionOf(kept, page);
}

function connectionOf(kept: readonly { id: bigint; node: PostNode }[], page: Page): PostConnection {
  return connectionFrom(kept, page, postCursor, ({ id, node }) => ({ key: id, node }));
}

/** A page that was given up on before it was full: its end is where the reading ended. */
function shortPage(connection: PostConnection, page: Page, reached: bigint): PostConnection {
  const cursor = postCursor.encode(reached);
  const end =
    page.direction === 'forward'
      ? { hasNextPage: true, endCursor: cursor }
      : { hasPreviousPage: true, startCursor: cursor };
  return { ...connection, pageInfo: { ...connection.pageInfo, ...end } };
}
