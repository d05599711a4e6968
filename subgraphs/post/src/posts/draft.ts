import { notAllowed, validationError } from '@murmuration/service-kit';
import type { Context } from '../context.ts';
import type { CreatePostInput } from '../generated/resolvers.ts';
import { type Addressed, loadAddressed } from './addressed.ts';
import { effectiveVisibility, isWider } from './audience.ts';
import { type Facet, facetsOf, findMarks, handlesIn, type Mark, mentionedIn } from './facets.ts';
import { postIdFrom } from './input.ts';
import type { Draft } from './insert.ts';
import type { PostRow, Visibility } from './post.ts';
import { normaliseText } from './text.ts';

export const draftLimits = { mentions: 50 } as const;

/**
 * Turns what a client sent into a post that may be written.
 *
 * - A reply's visibility is never wider than that of what it answers, for it tells what that says: left open, it
 *   is the narrower of public and the parent's; a wider one is refused. Followers are those of the replier:
 *   whoever follows only them sees the reply and not what it answers.
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
  const { marks, handles } = readMarks(text);
  const [parent, quoted] = await Promise.all([
    replyToId === null ? null : loadAddressed(context, 'replyToId', replyToId),
    quotedId === null ? null : loadAddressed(context, 'quotedId', quotedId),
  ]);
  if (quoted && effectiveVisibility(quoted.relation, quoted.post) !== 'public') {
    throw notAllowed('Only what everyone may see can be quoted.', { code: 'NOT_PUBLIC', path: ['quotedId'] });
  }
  const wanted = input.visibility?.toLowerCase() as Visibility | undefined;
  const visibility = chooseVisibility(wanted, widestFor(parent));
  const facets = facetsOf(marks, await context.services.resolveHandles(handles, context));
  return {
    authorId,
    text,
    facets,
    replyToId,
    replyToAuthorId: parent?.post.authorId ?? null,
    rootId: parent?.post.rootId ?? null,
    quotedId,
    visibility,
    mentionedIds: audienceOf({ authorId, facets, visibility, parent: parent?.post ?? null }),
  };
}

/**
 * Everything in a text that may mean something, and the handles to look up.
 * @throws UserErrors `ValidationError` of the field `text`
 */
export function readMarks(text: string): { marks: Mark[]; handles: string[] } {
  const marks = findMarks(text);
  const handles = handlesIn(marks);
  if (handles.length > draftLimits.mentions) {
    throw validationError('text', `At most ${draftLimits.mentions} people can be mentioned.`);
  }
  return { marks, handles };
}

function widestFor(parent: Addressed | null): Visibility {
  return parent === null ? 'public' : effectiveVisibility(parent.relation, parent.post);
}

/** Whom a post is for by name: those it mentions and, unless it is for everyone, whom it answers. */
export function audienceOf(options: {
  authorId: bigint;
  facets: readonly Facet[];
  visibility: Visibility;
  parent: PostRow | null;
}): bigint[] {
  const { authorId, facets, parent, visibility } = options;
  const answered = parent && visibility !== 'public' ? [parent.authorId] : [];
  const ids = new Set([...mentionedIn(facets), ...answered]);
  ids.delete(authorId);
  return [...ids];
}

/**
 * What a reply's author wants, or as wide as it may be.
 * @throws UserErrors `NotAllowed`
 */
export function chooseVisibility(wanted: Visibility | undefined, widest: Visibility): Visibility {
  if (wanted && isWider(wanted, widest)) {
    throw notAllowed('The visibility of a reply cannot be wider than that of what it answers.', {
      code: 'WIDER_THAN_PARENT',
      path: ['visibility'],
    });
  }
  return wanted ?? widest;
}
