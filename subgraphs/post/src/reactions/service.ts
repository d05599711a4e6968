import { notFound } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { Context } from '../context.ts';
import { requireShareable } from '../posts/policy.ts';
import { postIdFrom } from '../posts/input.ts';
import type { PostRow } from '../posts/post.ts';
import { loadAddressed } from '../posts/addressed.ts';
import { hasWritten } from '../written.ts';
import { addReaction, type ReactionKind, removeReaction } from './repository.ts';

/**
 * Likes or reposts a post that the viewer may see.
 * @throws UserErrors `NotFound`, `Blocked`, and for a repost `NotAllowed` of what not everyone may see, or `RateLimited`
 */
export async function react(
  context: Context,
  kind: ReactionKind,
  wireId: string,
): Promise<{ post: PostRow | null }> {
  const viewerId = requireViewer(context);
  const { post, relation } = await loadAddressed(context, 'postId', postIdFrom('postId', wireId));
  if (kind === 'repost') requireShareable('reposted', relation, post, ['postId']);
  const add = () => addReaction(context.services.database, kind, viewerId, post.id);
  // Reposting again is no repost more: a retry is never refused for what it did before.
  const isNewRepost = kind === 'repost' && !(await context.loaders.detail(post.id, 'viewerHasReposted'));
  const { found, writtenAt } = isNewRepost ? await charged(context, viewerId, add) : await add();
  if (!found) throw notFound('post', { path: ['postId'] });
  if (writtenAt !== null) hasWritten(context, writtenAt);
  return { post };
}

/** To those who follow, a repost is a post more. */
function charged(context: Context, viewerId: bigint, add: () => ReturnType<typeof addReaction>) {
  const use = { key: `${viewerId}`, points: 1, told: context };
  return context.services.limits.posts.charge(use, add, ({ writtenAt }) => writtenAt !== null);
}

/**
 * Takes a like or repost back. It is the viewer's own, so this works on a post that was hidden since; the
 * answer then holds no post.
 */
export async function takeBack(
  context: Context,
  kind: ReactionKind,
  wireId: string,
): Promise<{ post: PostRow | null }> {
  const viewerId = requireViewer(context);
  const postId = postIdFrom('postId', wireId);
  const { writtenAt } = await removeReaction(context.services.database, kind, viewerId, postId);
  if (writtenAt !== null) hasWritten(context, writtenAt);
  const post = await context.loaders.visibleById(postId);
  if (post === null && writtenAt === null) throw notFound('post', { path: ['postId'] });
  return { post };
}
