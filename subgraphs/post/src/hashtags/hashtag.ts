import { badUserInput, decodeTagId } from '@murmuration/ids';
import { parseTag } from './tag.ts';

/** A hashtag is only its name; what carries it is found when asked. */
export interface HashtagKey {
  tag: string;
}

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
