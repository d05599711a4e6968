import { has, maySeeProfile, type Relation } from '@murmuration/relationships';
import type { RelationChanges } from './changes.ts';

type Name = keyof RelationChanges;

/** What keeps a person away. Who was blocked may do it as well, or whoever blocks first could not be blocked. */
const keepsAway: ReadonlySet<Name> = new Set(['blockUser', 'unblockUser', 'muteUser', 'unmuteUser']);
/** What takes a decision back: always possible for whoever took one, whatever became of the other. */
const takesBack: ReadonlySet<Name> = new Set([
  'unfollowUser',
  'declineFollowRequest',
  'removeFollower',
  'unblockUser',
  'unmuteUser',
]);

/**
 * Whether the viewer may change this about a person: `if it was so` when it may be only taken back, for to somebody
 * who never did it the other does not exist.
 */
export function mayChange(name: Name, relation: Relation): 'yes' | 'if it was so' | 'no' {
  if (maySeeProfile(relation)) return 'yes';
  const isGone = has(relation, 'authorMissing') || has(relation, 'authorSuspended');
  if (!isGone && keepsAway.has(name)) return 'yes';
  return takesBack.has(name) ? 'if it was so' : 'no';
}
