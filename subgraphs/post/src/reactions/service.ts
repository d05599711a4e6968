import { type PageArguments, type SealedCursorCodec } from '@murmuration/ids';
import type { PostDatabase } from '@murmuration/prisma/post';
import { notFound } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { Asker } from '../loaders.ts';
import { requireShareable } from '../posts/policy.ts';
import { postIdFrom } from '../posts/input.ts';
import type { PostRow } from '../posts/post.ts';
import type { PostingLimits } from '../posts/limits.ts';
import { loadAddressed } from '../posts/addressed.ts';
import type { AfterCommit } from '../after-commit.ts';
import { peopleWho, type ReactionConnection } from './people.ts';
import { addReaction, type ReactionKind, removeReaction } from './repository.ts';

export type ReactionService = ReturnType<typeof createReactionService>;

export function createReactionService(options: {
  database: PostDatabase;
  limits: Pick<PostingLimits, 'posts'>;
  /** For lists in the order in which people did it. */
  cursors: Record<ReactionKind, SealedCursorCodec>;
  afterCommit: AfterCommit;
}) {
  const { afterCommit, cursors, database, limits } = options;

  /** To those who follow, a repost is a post more. */
  function charged(told: Asker, viewerId: bigint, add: () => ReturnType<typeof addReaction>) {
    const use = { key: `${viewerId}`, points: 1, told };
    return limits.posts.charge(use, add, ({ writtenAt }) => writtenAt !== null);
  }

  return {
    /**
     * Likes or reposts a post that the viewer may see.
     * @throws UserErrors `NotFound`, `Blocked`, and for a repost `NotAllowed` of what not everyone may see, or `RateLimited`
     */
    async add(asker: Asker, kind: ReactionKind, wireId: string): Promise<{ post: PostRow | null }> {
      const viewerId = requireViewer(asker);
      const { post, relation } = await loadAddressed(asker, 'postId', postIdFrom('postId', wireId));
      if (kind === 'repost') requireShareable('reposted', relation, post, ['postId']);
      const add = () => addReaction(database, kind, viewerId, post.id);
      // Reposting again is no repost more: a retry is never refused for what it did before.
      const isNewRepost = kind === 'repost' && !(await asker.loaders.detail(post.id, 'viewerHasReposted'));
      const { found, writtenAt } = isNewRepost ? await charged(asker, viewerId, add) : await add();
      if (!found) throw notFound('post', { path: ['postId'] });
      if (writtenAt !== null) afterCommit.written(asker, writtenAt);
      return { post };
    },

    /**
     * Takes a like or repost back. It is the viewer's own, so this works on a post that was hidden since; the
     * answer then holds no post.
     */
    async remove(asker: Asker, kind: ReactionKind, wireId: string): Promise<{ post: PostRow | null }> {
      const viewerId = requireViewer(asker);
      const postId = postIdFrom('postId', wireId);
      const { writtenAt } = await removeReaction(database, kind, viewerId, postId);
      if (writtenAt !== null) afterCommit.written(asker, writtenAt);
      const post = await asker.loaders.visibleById(postId);
      if (post === null && writtenAt === null) throw notFound('post', { path: ['postId'] });
      return { post };
    },

    /** Who likes or reposted a post, see {@link peopleWho}. */
    people: (
      asker: Asker,
      kind: ReactionKind,
      post: PostRow,
      args: PageArguments,
    ): Promise<ReactionConnection> => peopleWho(asker, kind, post, args, cursors[kind]),
  };
}
