import { type PageArguments, pageFrom, type SealedCursorCodec } from '@murmuration/ids';
import { maySuggest } from '@murmuration/relationships';
import { visiblePage } from '@murmuration/service-kit/subgraph';
import type { Asker } from '../loaders.ts';
import type { ListedPost } from '../posts/post.ts';
import type { PostConnection } from '../posts/connection.ts';
import type { HashtagKey } from './hashtag.ts';

export type HashtagService = ReturnType<typeof createHashtagService>;

/** @param options `cursors` are those of lists in the order of ids of posts */
export function createHashtagService({ cursors }: { cursors: SealedCursorCodec }) {
  return {
    /** What people say under a tag. Nobody asked for these authors by name, so the muted stay out. */
    async page({ loaders }: Asker, { tag }: HashtagKey, args: PageArguments): Promise<PostConnection> {
      const decide = async (row: ListedPost) =>
        maySuggest(await loaders.relation(row.authorId)) ? loaders.visible(row) : null;
      const page = pageFrom(args, cursors);
      const read = (rest: typeof page) => loaders.taggedPages.load({ owner: tag, page: rest, rule: 0 });
      return visiblePage(cursors, page, read, decide);
    },
  };
}
