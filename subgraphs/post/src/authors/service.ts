import { decodeId, type PageArguments, pageFrom } from '@murmuration/ids';
import { maySeeProfile } from '@murmuration/relationships';
import { visiblePage } from '@murmuration/service-kit/subgraph';
import type { Context } from '../context.ts';
import type { PostConnection } from '../posts/connection.ts';
import { type AuthorKey, authorKey } from './author.ts';
import type { AuthoredPost } from './repository.ts';
import { publicOnly, ruleBits, ruleOf } from './rule.ts';

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

/**
 * The person's posts that the viewer may see, newest first; with what they reposted, each at the time of its repost,
 * and of that only what the viewer may see of its author.
 */
export async function pageOfPosts(
  context: Context,
  { authorId }: AuthorKey,
  args: PageArguments & { replies: boolean; reposts: boolean },
): Promise<PostConnection> {
  const { loaders, services, viewerId } = context;
  const page = pageFrom(args, services.cursors);
  const rule = await loaders.relation(authorId).then(
    (relation) => ruleOf(viewerId, relation),
    () => publicOnly,
  );
  const wanted = (args.replies ? ruleBits.replies : 0) | (args.reposts ? ruleBits.reposts : 0);
  const read = (rest: typeof page) =>
    loaders.authorPages.load({ owner: authorId, page: rest, rule: rule | wanted });
  // Whether a repost may be told of is for its author's relation to say, which nobody may know just now.
  const decide = async (row: AuthoredPost) => {
    if (row.repostId !== null) await loaders.relation(authorId);
    return loaders.visible(row);
  };
  return visiblePage(services.cursors, page, read, decide);
}
