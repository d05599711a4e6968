import { has, maySeePost, maySeeProfile, type Relation } from '@murmuration/relationships';
import type { List } from './list.ts';

/** What decides about a list, whatever is in it. */
type Listed = Pick<List, 'ownerId' | 'isPrivate'>;

/** A public list is seen by whom a public post of its owner is; a private one by its owner alone. */
export function maySeeList(
  viewerId: bigint | null,
  { isPrivate, ownerId }: Listed,
  relation: Relation,
): boolean {
  if (ownerId === viewerId) return true;
  return !isPrivate && maySeePost(viewerId, relation, { visibility: 'public', mentionedIds: [] });
}

/**
 * Whether an owner may put somebody into a list. Who blocked the owner does not exist for them; nobody is asked, for a list lets nobody see
 * more.
 */
export function mayAdd(relation: Relation): 'yes' | 'not found' | 'blocked' {
  if (!maySeeProfile(relation)) return 'not found';
  return has(relation, 'viewerBlocks') ? 'blocked' : 'yes';
}

/** Whether a member of a list is shown to a viewer among its members. */
export function maySeeMember(relation: Relation): boolean {
  return maySeeProfile(relation);
}
