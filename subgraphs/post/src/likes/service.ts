import { type Page, type PageArguments, pageFrom, type SealedCursorCodec } from '@murmuration/ids';
import type { PostDatabase } from '@murmuration/prisma/post';
import { requireViewer, viewerOf, type ViewerKey, visiblePage } from '@murmuration/service-kit/subgraph';
import type { AuthorKey } from '../authors/author.ts';
import type { Asker } from '../loaders.ts';
import type { PostConnection } from '../posts/connection.ts';
import { maySeeLikes } from './policy.ts';
import { writeLikesSetting } from './repository.ts';

export type LikeService = ReturnType<typeof createLikeService>;

export function createLikeService({
  cursors,
  database,
}: {
  database: PostDatabase;
  /** For what people like, in the order in which they did. */
  cursors: SealedCursorCodec;
}) {
  /** Whether others see what the person likes. */
  async function isShown({ loaders }: Asker, authorId: bigint): Promise<boolean> {
    return (await loaders.likesSettings.load(authorId))?.isShown ?? false;
  }

  return {
    isShown,

    /**
     * What the person likes, the latest like first, as far as the viewer may see it; null where the list is not theirs to see.
     * @throws GraphQLError `DOWNSTREAM_ERROR` while nobody can say what the two are to each other
     */
    async page(asker: Asker, { authorId }: AuthorKey, args: PageArguments): Promise<PostConnection | null> {
      const { loaders, viewerId } = asker;
      const page = pageFrom(args, cursors);
      const [relation, areShown] = await Promise.all([loaders.relation(authorId), isShown(asker, authorId)]);
      if (!maySeeLikes(viewerId, relation, areShown)) return null;
      const read = (rest: Page) => loaders.likedPages.load({ owner: authorId, page: rest, rule: 0 });
      return visiblePage(cursors, page, read, loaders.visible);
    },

    /** Lets others see what the viewer likes, or no longer. It holds for whoever asks from now on. */
    async show(asker: Asker, areShown: boolean): Promise<{ viewer: ViewerKey | null }> {
      const authorId = requireViewer(asker);
      await writeLikesSetting(database, { authorId, isShown: areShown });
      return { viewer: viewerOf(asker) };
    },
  };
}
