import { badUserInput, decodeTagId, type PageArguments, pageFrom } from '@murmuration/ids';
import { maySuggest } from '@murmuration/relationships';
import { visiblePage } from '@murmuration/service-kit/subgraph';
import type { Context } from '../context.ts';
import type { ListedPost } from '../posts/post.ts';
import type { PostConnection } from '../posts/connection.ts';
import type { HashtagKey } from './hashtag.ts';
import { parseTag } from './tag.ts';

/** @throws GraphQLError `BAD_USER_INPUT` for what can never be a hashtag */
export function hashtag(given: string): HashtagKey {
  const tag = parseTag(given);
  if (tag === null) throw badUserInput('tag', '`tag` is not a hashtag: letters, digits and underscores.');
  return { tag };
}

/** The hashtag behind a wire id; null for what can never be one. Every tag exists, whether or not anybody used it. */
export function hashtagOfId(wireId: string): HashtagKey | null {
  const tag = decodeTagId(wireId);
  return tag !== null && parseTag(tag) === tag ? { tag } : null;
}

/** What people say under a tag. Nobody asked for these authors by name, so the muted stay out. */
export async function taggedPosts(
  context: Context,
  { tag }: HashtagKey,
  args: PageArguments,
): Promise<PostConnection> {
  const { loaders, services } = context;
  const decide = async (row: ListedPost) =>
    maySuggest(await loaders.relation(row.authorId)) ? loaders.visible(row) : null;
  const page = pageFrom(args, services.cursors);
  const read = (rest: typeof page) => loaders.taggedPages.load({ owner: tag, page: rest, rule: 0 });
  return visiblePage(services.cursors, page, read, decide);
}
