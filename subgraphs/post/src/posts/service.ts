import { relationBits } from '@murmuration/relationships';
import { conflict, notFound } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { Context } from '../context.ts';
import type { CreatePostInput } from '../generated/resolvers.ts';
import { createDraft } from './draft.ts';
import { mentionedIn } from './facets.ts';
import { type Attempt, attemptFrom, findResult, isLockTimeout } from './idempotency.ts';
import { postIdFrom } from './input.ts';
import { type Draft, insertPost } from './insert.ts';
import { requireOwn } from './policy.ts';
import type { PostRow } from './post.ts';
import { removePost } from './remove.ts';
import { hasWritten } from '../written.ts';

/**
 * Says something. Sent again under its key it answers with the first post, as it is now, and is not counted again.
 * @throws UserErrors `ValidationError`, `NotFound`, `Blocked`, `NotAllowed`, `Conflict`; see createDraft. `RateLimited`
 */
export async function createPost(
  context: Context,
  input: CreatePostInput,
): Promise<{ post: PostRow | null }> {
  const viewerId = requireViewer(context);
  const attempt = attemptFrom(viewerId, 'createPost', input.idempotencyKey, [
    input.text,
    input.replyToId ?? null,
    input.quotedId ?? null,
    input.visibility ?? null,
    // As they were before there were polls.
    ...(input.poll ? [input.poll] : []),
  ]);
  const known = attempt && (await findPrevious(context, attempt));
  if (known) return known;
  const draft = await createDraft(context, viewerId, input);
  const inserted = await charged(context, draft, () =>
    insertOnce(() => insertPost(context.services.database, draft, attempt)),
  );
  if (inserted) {
    hasWritten(context, inserted.writtenAt);
    return { post: inserted.post };
  }
  const winner = attempt && (await findPrevious(context, attempt));
  if (winner) return winner;
  throw notFound('post');
}

/** Takes a post of the viewer's back. Taking it back again changes nothing. */
export async function deletePost(context: Context, wireId: string): Promise<{ deletedPostId: string }> {
  const viewerId = requireViewer(context);
  const path = ['postId'];
  const post = await context.loaders.rows.load(postIdFrom('postId', wireId));
  if (post === null) throw notFound('post', { path });
  const isOwn = post.authorId === viewerId;
  const relation = isOwn ? relationBits.self : await context.loaders.relation(post.authorId);
  requireOwn(viewerId, relation, post, path);
  const writtenAt = await removePost(context.services.database, post);
  if (writtenAt !== null) hasWritten(context, writtenAt);
  return { deletedPostId: wireId };
}

/** Counts what is written: not what another attempt wrote, or what fails. */
function charged<Written>(
  context: Context,
  { authorId, facets }: Draft,
  write: () => Promise<Written | null>,
): Promise<Written | null> {
  const { mentions, posts } = context.services.limits;
  const others = mentionedIn(facets).filter((id) => id !== authorId).length;
  const use = { key: `${authorId}`, told: context };
  const isWritten = (written: Written | null) => written !== null;
  return posts.charge(
    { ...use, points: 1 },
    () => mentions.charge({ ...use, points: others }, write, isWritten),
    isWritten,
  );
}

async function findPrevious(context: Context, attempt: Attempt): Promise<{ post: PostRow | null } | null> {
  const postId = await findResult(context.services.database, attempt);
  return postId === null ? null : { post: await context.loaders.visibleById(postId) };
}

async function insertOnce<Result>(insert: () => Promise<Result>): Promise<Result> {
  try {
    return await insert();
  } catch (error) {
    if (isLockTimeout(error))
      throw conflict('The same request is still being worked on. Ask again.', { code: 'IN_PROGRESS' });
    throw error;
  }
}
