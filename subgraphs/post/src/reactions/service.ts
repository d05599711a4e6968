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
 * @throws UserErrors `NotFound`, `Blocked`, and `NotAllowed` for a repost of what not everyone may see
 */
export async function react(
  context: Context,
  kind: ReactionKind,
  wireId: string,
): Promise<{ post: PostRow | null }> {
  const viewerId = requireViewer(context);
  const { post, relation } = await loadAddressed(context, 'postId', postIdFrom('postId', wireId));
  if (kind === 'repost') requireShareable('reposted', relation, post, ['postId']);
  const { found, writtenAt } = await addReaction(context.services.database, kind, viewerId, post.id);
  if (!found) throw notFound('post', { path: ['postId'] });
  if (writtenAt !== null) hasWritten(context, writtenAt);
  return { post };
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
