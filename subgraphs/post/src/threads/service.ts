import { decodeId, type Page, type PageArguments, pageFrom } from '@murmuration/ids';
import { visiblePage } from '@murmuration/service-kit/subgraph';
import type { Context } from '../context.ts';
import { reasonFor } from '../posts/policy.ts';
import type { PostRow } from '../posts/post.ts';
import type { PostConnection } from '../posts/connection.ts';
import type { AncestorValue, ThreadKey } from './thread.ts';

/** The conversation behind a wire id; null when its post does not exist for the viewer, as if it never had. */
export async function findThread({ loaders }: Context, wireId: string): Promise<ThreadKey | null> {
  const id = decodeId('Thread', wireId);
  const post = id === null ? null : await loaders.visibleById(id);
  return post && { post };
}

/**
 * What a post answers, from the first post down to its parent. A hidden or deleted one keeps its place: the thread keeps
 * its shape, which its replies tell anyway.
 */
export async function ancestorsOf({ loaders, viewerId }: Context, post: PostRow): Promise<AncestorValue[]> {
  if (post.replyToId === null) return [];
  const ids = (await loaders.ancestry.load(post.id))?.ancestorIds ?? [];
  const read = async (id: bigint): Promise<AncestorValue> => {
    const found = await loaders.visibleById(id);
    if (found) return { post: found, missing: null };
    const row = await loaders.rows.load(id);
    return {
      post: null,
      missing: row ? reasonFor(viewerId, await loaders.relation(row.authorId), row) : 'HIDDEN',
    };
  };
  const undecided = (error: Error): AncestorValue => ({ post: error, missing: null });
  return Promise.all(ids.toReversed().map((id) => read(id).catch(undecided)));
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
