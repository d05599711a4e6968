import type { Asker } from '../loaders.ts';
import { type Addressed, loadAddressed } from './addressed.ts';
import { facetsOf, mentionedIn } from './facets.ts';
import { postIdFrom } from './input.ts';
import { createPollDraft, type NewPoll } from '../polls/draft.ts';
import type { Draft } from './insert.ts';
import type { HandleResolver } from './mentions.ts';
import type { PollSettings } from '../polls/limits.ts';
import { readMarks } from './marks.ts';
import { effectiveVisibility, requireShareable } from './policy.ts';
import { audienceOf, chooseVisibility } from './readers.ts';
import type { Visibility } from './post.ts';
import { normaliseText } from './text.ts';

/** A post as a client sends it. */
export interface NewPost {
  readonly text: string;
  readonly replyToId?: string | null | undefined;
  readonly quotedId?: string | null | undefined;
  readonly visibility?: Uppercase<Visibility> | null | undefined;
  readonly poll?: NewPoll | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

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
  asker: Asker,
  authorId: bigint,
  input: NewPost,
  { polls, resolveHandles }: { polls: PollSettings; resolveHandles: HandleResolver },
): Promise<Draft> {
  const text = normaliseText(input.text);
  const poll = input.poll ? createPollDraft(input.poll, polls) : null;
  const replyToId = input.replyToId == null ? null : postIdFrom('replyToId', input.replyToId);
  const quotedId = input.quotedId == null ? null : postIdFrom('quotedId', input.quotedId);
  const { marks, handles } = readMarks(text);
  const [parent, quoted] = await Promise.all([
    replyToId === null ? null : loadAddressed(asker, 'replyToId', replyToId),
    quotedId === null ? null : loadAddressed(asker, 'quotedId', quotedId),
  ]);
  if (quoted) requireShareable('quoted', quoted.relation, quoted.post, ['quotedId']);
  const wanted = input.visibility?.toLowerCase() as Visibility | undefined;
  const visibility = chooseVisibility(wanted, widestFor(parent));
  const facets = facetsOf(marks, await resolveHandles(handles, asker));
  return {
    authorId,
    text,
    facets,
    replyToId,
    replyToAuthorId: parent?.post.authorId ?? null,
    rootId: parent?.post.rootId ?? null,
    quotedId,
    visibility,
    poll,
    mentionedIds: audienceOf({
      authorId,
      mentionedIds: mentionedIn(facets),
      visibility,
      parent: parent?.post ?? null,
    }),
  };
}

function widestFor(parent: Addressed | null): Visibility {
  return parent === null ? 'public' : effectiveVisibility(parent.relation, parent.post);
}
