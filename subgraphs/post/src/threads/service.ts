import { decodeId, type Page, type PageArguments, pageFrom, type SealedCursorCodec } from '@murmuration/ids';
import { visiblePage } from '@murmuration/service-kit/subgraph';
import type { Asker } from '../loaders.ts';
import { reasonFor } from '../posts/policy.ts';
import type { PostRow } from '../posts/post.ts';
import type { PostConnection } from '../posts/connection.ts';
import type { AncestorValue, ThreadKey } from './thread.ts';

export type ThreadService = ReturnType<typeof createThreadService>;

/** @param options `cursors` are those of lists in the order of ids of posts */
export function createThreadService({ cursors }: { cursors: SealedCursorCodec }) {
  return {
    /** The conversation behind a wire id; null when its post does not exist for the viewer, as if it never had. */
    async find({ loaders }: Asker, wireId: string): Promise<ThreadKey | null> {
      const id = decodeId('Thread', wireId);
      const post = id === null ? null : await loaders.visibleById(id);
      return post && { post };
    },

    /**
     * What a post answers, from the first post down to its parent. A hidden or deleted one keeps its place: the thread keeps
     * its shape, which its replies tell anyway.
     */
    async ancestors({ loaders, viewerId }: Asker, post: PostRow): Promise<AncestorValue[]> {
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
    },

    /** Direct replies that exist for the viewer, oldest first, or what quotes a post, newest first. */
    async responses(
      { loaders }: Asker,
      list: 'replyPages' | 'quotePages',
      post: PostRow,
      args: PageArguments,
    ): Promise<PostConnection> {
      const read = (page: Page) => loaders[list].load({ owner: post.id, page, rule: 0 });
      return visiblePage(cursors, pageFrom(args, cursors), read, loaders.visible);
    },
  };
}
