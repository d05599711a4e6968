import { decodeId, type PageArguments, pageFrom } from '@murmuration/ids';
import { maySeeProfile } from '@murmuration/relationships';
import type { Context } from '../context.ts';
import { type PostConnection, postCursor, visiblePage } from '../posts/visible-page.ts';
import { type AuthorKey, authorKey } from './author.ts';
import { publicOnly, ruleOf } from './rule.ts';

/** The author, if they exist for the viewer. */
export async function findAuthor(context: Context, wireId: string): Promise<AuthorKey | null> {
  const authorId = decodeId('User', wireId);
  return authorId === null ? null : visibleAuthor(context, authorId);
}

/** Like {@link findAuthor} for an id that is known here, such as that of a person mentioned. */
export async function visibleAuthor(context: Context, authorId: bigint): Promise<AuthorKey | null> {
  return maySeeProfile(await context.loaders.relation(authorId)) ? authorKey(authorId) : null;
}

/** How many posts the person has written that still stand, whoever may see them; reposts are not counted. */
export async function countPosts(context: Context, { authorId }: AuthorKey): Promise<number> {
  const row = await context.loaders.authorCounts.load(authorId);
  return Number(row?.postCount ?? 0n);
}

/** The person's posts that the viewer may see, newest first. */
export async function pageOfPosts(
  context: Context,
  { authorId }: AuthorKey,
  args: PageArguments,
): Promise<PostConnection> {
  const { loaders, viewerId } = context;
  const page = pageFrom(args, postCursor);
  const rule = await loaders.relation(authorId).then(
    (relation) => ruleOf(viewerId, relation),
    () => publicOnly,
  );
  const read = (rest: typeof page) => loaders.authorPages.load({ owner: authorId, page: rest, rule });
  return visiblePage(page, read, loaders.visible);
}
