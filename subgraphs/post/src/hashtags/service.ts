import { badUserInput, type PageArguments, pageFrom } from '@murmuration/ids';
import { maySuggest } from '@murmuration/relationships';
import type { Context } from '../context.ts';
import type { PostRow } from '../posts/post.ts';
import { type PostConnection, visiblePage } from '../posts/visible-page.ts';
import type { HashtagKey } from './hashtag.ts';
import { findTagged } from './repository.ts';
import { parseTag } from './tag.ts';

/** @throws GraphQLError `BAD_USER_INPUT` for what can never be a hashtag */
export function hashtag(given: string): HashtagKey {
  const tag = parseTag(given);
  if (tag === null) throw badUserInput('tag', '`tag` is not a hashtag: letters, digits and underscores.');
  return { tag };
}

/** What people say under a tag. Nobody asked for these authors by name, so the muted stay out. */
export async function taggedPosts(
  context: Context,
  { tag }: HashtagKey,
  args: PageArguments,
): Promise<PostConnection> {
  const { loaders, services } = context;
  const decide = async (row: PostRow & { key: bigint }) =>
    maySuggest(await loaders.relation(row.authorId)) ? loaders.visible(row) : null;
  const page = pageFrom(args, services.cursors);
  return visiblePage(services.cursors, page, (rest) => findTagged(services.database, tag, rest), decide);
}
