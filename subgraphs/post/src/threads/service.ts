import { cursorCodec, type PageArguments, pageFrom } from '@murmuration/ids';
import type { Context } from '../context.ts';
import type { PostRow } from '../posts/post.ts';
import { type PostConnection, type PostEdge, postCursor, visiblePage } from '../posts/visible-page.ts';

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

/** Direct replies that exist for the viewer, oldest first. */
export async function repliesTo(
  { loaders }: Context,
  post: PostRow,
  args: PageArguments,
): Promise<PostConnection> {
  const read = (page: ReturnType<typeof pageFrom>) =>
    loaders.replyPages.load({ owner: post.id, page, rule: 0 });
  return visiblePage(pageFrom(args, postCursor), read, loaders.visible);
}
