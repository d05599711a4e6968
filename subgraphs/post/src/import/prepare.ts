import type { PostDatabase } from '@murmuration/prisma/post';
import { facetsOf, mentionedIn } from '../posts/facets.ts';
import type { Draft } from '../posts/insert.ts';
import { readMarks } from '../posts/marks.ts';
import type { PostRow } from '../posts/post.ts';
import { audienceOf, chooseVisibility } from '../posts/readers.ts';
import { findPosts } from '../posts/repository.ts';
import { normaliseText } from '../posts/text.ts';
import { timeOf } from '@murmuration/ids';
import { pollOptionsFrom } from '../polls/options.ts';
import { choicesOf } from '../polls/policy.ts';
import type { ImportedPoll, ImportedPost } from './imported.ts';

/** A draft whose id is known already. */
export type Prepared = Omit<Draft, 'poll'> & {
  id: bigint;
  rootId: bigint;
  quotedAuthorId: bigint | null;
  poll: ImportedPoll | null;
};

/** Where the posts that a batch answers are found: among those stored, and earlier in the batch. */
type Known = Map<bigint, PostRow>;

/**
 * Puts a batch through the rules of createPost.
 * @throws Error naming the first post that breaks one
 */
export async function prepare(
  database: PostDatabase,
  batch: readonly ImportedPost[],
  peopleFor: (handles: string[]) => Promise<ReadonlyMap<string, bigint>>,
): Promise<Prepared[]> {
  const texts = batch.map((post) => attempt(post, () => normaliseText(post.text)));
  const read = batch.map((post, index) => attempt(post, () => readMarks(texts[index] ?? '')));
  const people = await peopleFor([...new Set(read.flatMap(({ handles }) => handles))]);
  const known = await findAnswered(database, batch);
  return batch.map((post, index) =>
    attempt(post, () => {
      const draft = draftOf(post, texts[index] ?? '', facetsOf(read[index]?.marks ?? [], people), known);
      known.set(draft.id, { ...draft, isDeleted: false });
      return draft;
    }),
  );
}

function draftOf(post: ImportedPost, text: string, facets: PostRow['facets'], known: Known): Prepared {
  const { authorId, id } = post;
  const parent = answered(known, 'reply', post.replyToId);
  const quoted = answered(known, 'quote', post.quotedId);
  if (parent && parent.id >= id) throw new Error('it is older than what it answers');
  if (quoted && quoted.visibility !== 'public') throw new Error('it quotes what is not public');
  const visibility = chooseVisibility(post.visibility, parent?.visibility ?? 'public');
  return {
    id,
    authorId,
    text,
    facets,
    replyToId: parent?.id ?? null,
    replyToAuthorId: parent?.authorId ?? null,
    rootId: parent?.rootId ?? id,
    quotedId: quoted?.id ?? null,
    quotedAuthorId: quoted?.authorId ?? null,
    visibility,
    mentionedIds: audienceOf({ authorId, mentionedIds: mentionedIn(facets), visibility, parent }),
    poll: post.poll ? pollOf(post, post.poll) : null,
  };
}

/** By the rules of createPost and castVote, but for how long it is open. */
function pollOf(
  { authorId, id }: ImportedPost,
  { endsAtMs, isMultiple, votes, ...poll }: ImportedPoll,
): ImportedPoll {
  const options = pollOptionsFrom(poll.options);
  if (endsAtMs <= timeOf(id)) throw new Error('its poll ends before it is asked');
  const voters = new Set(votes.map(({ voterId }) => voterId));
  if (voters.size < votes.length) throw new Error('somebody votes twice in its poll');
  if (voters.has(authorId)) throw new Error('its author votes in its poll');
  const chosen = votes.map(({ choices, voterId }) => ({
    voterId,
    choices: choicesOf({ isMultiple, options }, choices),
  }));
  return { options, isMultiple, endsAtMs, votes: chosen };
}

async function findAnswered(database: PostDatabase, batch: readonly ImportedPost[]): Promise<Known> {
  const own = new Set(batch.map((post) => post.id));
  const ids = batch.flatMap(({ replyToId, quotedId }) => [replyToId ?? [], quotedId ?? []].flat());
  const stored = await findPosts(
    database,
    [...new Set(ids)].filter((id) => !own.has(id)),
  );
  return new Map(stored.filter((post) => !post.isDeleted).map((post) => [post.id, post]));
}

function answered(known: Known, kind: string, id: bigint | null | undefined): PostRow | null {
  if (id == null) return null;
  const post = known.get(id);
  if (!post) throw new Error(`the post ${id} that it is a ${kind} to is not there before it`);
  return post;
}

function attempt<Result>(post: ImportedPost, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw new Error(`Post ${post.id} cannot be imported: ${(error as Error).message}`, { cause: error });
  }
}
