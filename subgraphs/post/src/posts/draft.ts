import { notAllowed, validationError } from '@murmuration/service-kit';
import type { Context } from '../context.ts';
import type { CreatePostInput } from '../generated/resolvers.ts';
import { type Addressed, loadAddressed } from './addressed.ts';
import { effectiveVisibility, isWider } from './audience.ts';
import { facetsOf, findMarks, handlesIn, mentionedIn } from './facets.ts';
import { postIdFrom } from './input.ts';
import type { Draft } from './insert.ts';
import type { Visibility } from './post.ts';
import { normaliseText } from './text.ts';

export const draftLimits = { mentions: 50 } as const;

/**
 * Turns what a client sent into a post that may be written.
 *
 * - A reply is never seen more widely than what it answers, for it tells what that says: left open, its
 *   visibility is the narrower of public and the parent's; a wider one is refused.
 * - Whom a narrowed reply answers may always see it, as if mentioned.
 * - What not everyone may see cannot be quoted: the quote would tell that it exists.
 *
 * @throws UserErrors naming what is wrong
 * @throws GraphQLError `DOWNSTREAM_ERROR` when `user` is away and handles or relations must be known
 */
export async function createDraft(
  context: Context,
  authorId: bigint,
  input: CreatePostInput,
): Promise<Draft> {
  const text = normaliseText(input.text);
  const replyToId = input.replyToId == null ? null : postIdFrom('replyToId', input.replyToId);
  const quotedId = input.quotedId == null ? null : postIdFrom('quotedId', input.quotedId);
  const marks = findMarks(text);
  const handles = handlesIn(marks);
  if (handles.length > draftLimits.mentions) {
    throw validationError('text', `At most ${draftLimits.mentions} people can be mentioned.`);
  }
  const [parent, quoted] = await Promise.all([
    replyToId === null ? null : loadAddressed(context, replyToId),
    quotedId === null ? null : loadAddressed(context, quotedId),
  ]);
  if (quoted && effectiveVisibility(quoted.relation, quoted.post) !== 'public') {
    throw notAllowed('Only what everyone may see can be quoted.');
  }
  const visibility = chooseVisibility(input.visibility?.toLowerCase() as Visibility | undefined, parent);
  const facets = facetsOf(marks, await context.services.resolveHandles(handles, context.requestId));
  const mentioned = new Set(mentionedIn(facets));
  if (parent && visibility !== 'public') mentioned.add(parent.post.authorId);
  mentioned.delete(authorId);
  return {
    authorId,
    text,
    facets,
    replyToId,
    replyToAuthorId: parent?.post.authorId ?? null,
    rootId: parent?.post.rootId ?? null,
    quotedId,
    quotedAuthorId: quoted?.post.authorId ?? null,
    visibility,
    mentionedIds: [...mentioned],
  };
}

function chooseVisibility(wanted: Visibility | undefined, parent: Addressed | null): Visibility {
  if (parent === null) return wanted ?? 'public';
  const widest = effectiveVisibility(parent.relation, parent.post);
  if (wanted && isWider(wanted, widest)) {
    throw notAllowed('A reply cannot be seen more widely than what it answers.');
  }
  return wanted ?? widest;
}
