import { cursorCodec, type Page, type PageArguments, pageFrom } from '@murmuration/ids';
import type { Context } from '../context.ts';
import type { PostRow } from '../posts/post.ts';
import { type PostConnection, type PostEdge, visiblePage } from '../posts/visible-page.ts';

/** By place and not by id, for a hidden post's id would tell when it was made. */
const ancestorCursor = cursorCodec('ancestor');

/**
 * What a post answers, from the first post down to its parent. A hidden or deleted one is an edge without a
 * node: the thread keeps its shape, which its replies tell anyway.
 */
export async function ancestorsOf({ loaders }: Context, post: PostRow): Promise<PostEdge[]> {
  if (post.replyToId === null) return [];
  const ids = (await loaders.ancestry.load(post.id))?.ancestorIds ?? [];
  return Promise.all(
    ids.toReversed().map(async (id, place) => ({
      cursor: ancestorCursor.encode(BigInt(place)),
      node: await loaders.visibleById(id).catch((error: Error) => error),
    })),
  );
}

/** Direct replies that exist for the viewer, oldest first, or what quotes a post, newest first. */
export async function responsesTo(
  { loaders, services }: Context,
  list: 'replyPages' | 'quotePages',
  post: PostRow,
  args: PageArguments,
): Promise<PostConnection> {
  const read = (page: Page) => loaders[list].load({ owner: post.id, page, rule: 0 });
  return visiblePage(services.cursors, pageFrom(args, services.cursors), read, loaders.visible);
}
