import { type Page, type PageArguments, pageFrom } from '@murmuration/ids';
import { requireViewer, viewerOf, type ViewerKey, visiblePage } from '@murmuration/service-kit/subgraph';
import type { AuthorKey } from '../authors/author.ts';
import type { Context } from '../context.ts';
import type { PostConnection } from '../posts/connection.ts';
import { maySeeLikes } from './policy.ts';
import { writeLikesSetting } from './repository.ts';

/** Whether others see what the person likes. */
export async function showsLikes({ loaders }: Context, authorId: bigint): Promise<boolean> {
  return (await loaders.likesSettings.load(authorId))?.isShown ?? false;
}

/**
 * What the person likes, the latest like first, as far as the viewer may see it; null where the list is not theirs to see.
 * @throws GraphQLError `DOWNSTREAM_ERROR` while nobody can say what the two are to each other
 */
export async function likedPosts(
  context: Context,
  { authorId }: AuthorKey,
  args: PageArguments,
): Promise<PostConnection | null> {
  const { loaders, services, viewerId } = context;
  const page = pageFrom(args, services.likedCursors);
  const [relation, isShown] = await Promise.all([loaders.relation(authorId), showsLikes(context, authorId)]);
  if (!maySeeLikes(viewerId, relation, isShown)) return null;
  const read = (rest: Page) => loaders.likedPages.load({ owner: authorId, page: rest, rule: 0 });
  return visiblePage(services.likedCursors, page, read, loaders.visible);
}

/** Lets others see what the viewer likes, or no longer. It holds for whoever asks from now on. */
export async function updateLikesVisibility(
  context: Context,
  isShown: boolean,
): Promise<{ viewer: ViewerKey | null }> {
  const authorId = requireViewer(context);
  await writeLikesSetting(context.services.database, { authorId, isShown });
  return { viewer: viewerOf(context) };
}
