import { encodeId } from '@murmuration/ids';
import { has, maySeePost, maySeeProfile, type Relation, relationBits } from '@murmuration/relationships';
import { blocked, notAllowed, notFound } from '@murmuration/service-kit';
import type { EventGrant } from '@murmuration/service-kit/subgraph';
import type { PostRow, Visibility } from './post.ts';

/** Whether a post exists for the viewer. Their own always does, whatever else can be asked. */
export function isVisible(viewerId: bigint | null, relation: Relation, post: PostRow): boolean {
  return !post.isDeleted && maySeePost(viewerId, relation, post);
}

/**
 * Why a post that a viewer does not see is not there. That it was deleted is for those who would see it if it stood; to
 * all others it is as hidden as before.
 */
export function reasonFor(viewerId: bigint | null, relation: Relation, post: PostRow): 'DELETED' | 'HIDDEN' {
  return post.isDeleted && maySeePost(viewerId, relation, post) ? 'DELETED' : 'HIDDEN';
}

/**
 * Whether the post exists for the audience of an event that is about it. Who of them may see it is for who told the
 * event; what nobody may see any more stays hidden.
 */
export function isGranted(grant: EventGrant, author: Relation, post: PostRow): boolean {
  if (grant.entity !== encodeId('Post', post.id) || grant.author !== encodeId('User', post.authorId))
    return false;
  const isWithin =
    post.visibility === 'public' || (post.visibility === 'followers' && grant.audience === 'followers');
  return !post.isDeleted && isWithin && maySeeProfile(author);
}

/**
 * The post, if the viewer may answer, like or repost it.
 * @throws UserErrors `Blocked` where only the viewer's own block hides the post, which they know of;
 *   `NotFound` for everything else that is hidden, so that it looks like what never was
 */
export function requireVisible(
  viewerId: bigint | null,
  relation: Relation,
  post: PostRow,
  path: readonly string[],
): PostRow {
  if (isVisible(viewerId, relation, post)) return post;
  if (isVisible(viewerId, relation & ~relationBits.viewerBlocks, post)) throw blocked(undefined, { path });
  throw notFound('post', { path });
}

/**
 * That a post may be shown to others: a quote or a repost of what not everyone may see would tell that it exists.
 * @throws UserErrors `NotAllowed`
 */
export function requireShareable(
  verb: 'quoted' | 'reposted',
  relation: Relation,
  post: PostRow,
  path: readonly string[],
): void {
  if (effectiveVisibility(relation, post) === 'public') return;
  throw notAllowed(`Only what everyone may see can be ${verb}.`, { code: 'NOT_PUBLIC', path });
}

/**
 * That the viewer may delete a post, which its author may even when it is deleted.
 * @throws UserErrors `NotAllowed` for a post of somebody else's that they see, else `NotFound`
 */
export function requireOwn(
  viewerId: bigint,
  relation: Relation,
  post: PostRow,
  path: readonly string[],
): void {
  if (post.authorId === viewerId) return;
  if (!isVisible(viewerId, relation, post)) throw notFound('post', { path });
  throw notAllowed('Only its author can delete a post.', { code: 'NOT_AUTHOR', path });
}

/** How widely a post is really seen: a private account's public posts are for its followers. */
export function effectiveVisibility(relation: Relation, post: PostRow): Visibility {
  const isNarrowed = post.visibility === 'public' && has(relation, 'authorPrivate') && !has(relation, 'self');
  return isNarrowed ? 'followers' : post.visibility;
}
