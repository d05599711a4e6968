import type { PostDatabase } from '@murmuration/prisma/post';
import { relationBits } from '@murmuration/relationships';
import { conflict, notFound } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { Asker } from '../loaders.ts';
import { createDraft, type NewPost } from './draft.ts';
import { mentionedIn } from './facets.ts';
import { type Attempt, attemptFrom, findResult, isLockTimeout } from './idempotency.ts';
import { postIdFrom } from './input.ts';
import type { PostingLimits } from './limits.ts';
import type { HandleResolver } from './mentions.ts';
import type { PollSettings } from '../polls/limits.ts';
import { type Draft, insertPost } from './insert.ts';
import { requireOwn } from './policy.ts';
import type { PostRow } from './post.ts';
import { removePost } from './remove.ts';
import type { AfterCommit } from '../after-commit.ts';

export type PostService = ReturnType<typeof createPostService>;

export function createPostService(options: {
  database: PostDatabase;
  resolveHandles: HandleResolver;
  limits: PostingLimits;
  polls: PollSettings;
  afterCommit: AfterCommit;
}) {
  const { afterCommit, database, limits } = options;

  async function findPrevious(asker: Asker, attempt: Attempt): Promise<{ post: PostRow | null } | null> {
    const postId = await findResult(database, attempt);
    return postId === null ? null : { post: await asker.loaders.visibleById(postId) };
  }

  /** Counts what is written: not what another attempt wrote, or what fails. */
  function charged<Written>(
    told: Asker,
    { authorId, facets }: Draft,
    write: () => Promise<Written | null>,
  ): Promise<Written | null> {
    const others = mentionedIn(facets).filter((id) => id !== authorId).length;
    const use = { key: `${authorId}`, told };
    const isWritten = (written: Written | null) => written !== null;
    return limits.posts.charge(
      { ...use, points: 1 },
      () => limits.mentions.charge({ ...use, points: others }, write, isWritten),
      isWritten,
    );
  }

  return {
    /**
     * Says something. Sent again under its key it answers with the first post, as it is now, and is not counted again.
     * @throws UserErrors `ValidationError`, `NotFound`, `Blocked`, `NotAllowed`, `Conflict`; see createDraft. `RateLimited`
     */
    async create(asker: Asker, input: NewPost): Promise<{ post: PostRow | null }> {
      const viewerId = requireViewer(asker);
      const attempt = attemptFrom(viewerId, 'createPost', input.idempotencyKey, [
        input.text,
        input.replyToId ?? null,
        input.quotedId ?? null,
        input.visibility ?? null,
        // As they were before there were polls.
        ...(input.poll ? [input.poll] : []),
      ]);
      const known = attempt && (await findPrevious(asker, attempt));
      if (known) return known;
      const draft = await createDraft(asker, viewerId, input, options);
      const inserted = await charged(asker, draft, () =>
        insertOnce(() => insertPost(database, draft, attempt)),
      );
      if (inserted) {
        afterCommit.written(asker, inserted.writtenAt);
        return { post: inserted.post };
      }
      const winner = attempt && (await findPrevious(asker, attempt));
      if (winner) return winner;
      throw notFound('post');
    },

    /** Takes a post of the viewer's back. Taking it back again changes nothing. */
    async delete(asker: Asker, wireId: string): Promise<{ deletedPostId: string }> {
      const viewerId = requireViewer(asker);
      const path = ['postId'];
      const post = await asker.loaders.rows.load(postIdFrom('postId', wireId));
      if (post === null) throw notFound('post', { path });
      const isOwn = post.authorId === viewerId;
      const relation = isOwn ? relationBits.self : await asker.loaders.relation(post.authorId);
      requireOwn(viewerId, relation, post, path);
      const writtenAt = await removePost(database, post);
      if (writtenAt !== null) afterCommit.written(asker, writtenAt);
      return { deletedPostId: wireId };
    },
  };
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
