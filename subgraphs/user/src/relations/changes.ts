import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { has } from '@murmuration/relationships';
import { blocked, conflict, notFound } from '@murmuration/service-kit';
import type { Person } from '../profiles/person.ts';
import { block, unblock } from './blocks.ts';
import type { Change } from './change.ts';
import { follow, moveFollow } from './follows.ts';
import { mute, unmute } from './mutes.ts';

/** A change of what the viewer and the target are to each other; doing it again changes nothing. */
type Run = (viewerId: UserId, target: Person) => Promise<Change>;

export type RelationChanges = ReturnType<typeof createRelationChanges>;

export function createRelationChanges(database: UserDatabase) {
  const follow_: Run = async (viewerId, target) => {
    if (has(target.relation, 'viewerBlocks')) throw blocked('Unblock this person first.');
    return follow(database, viewerId, target.id);
  };
  const accept: Run = async (followeeId, { id: followerId, relation }) => {
    const accepted = await moveFollow(database, { followerId, followeeId }, ['requested'], 'active');
    if (accepted.writtenAt !== null || has(relation, 'followsViewer')) return accepted;
    throw conflict('There is no request of this person any more.');
  };
  return {
    follow: follow_,
    unfollow: (followerId, { id: followeeId }) =>
      moveFollow(database, { followerId, followeeId }, ['active', 'requested'], 'removed'),
    acceptFollowRequest: accept,
    declineFollowRequest: (followeeId, { id: followerId }) =>
      moveFollow(database, { followerId, followeeId }, ['requested'], 'removed'),
    removeFollower: (followeeId, { id: followerId }) =>
      moveFollow(database, { followerId, followeeId }, ['active'], 'removed'),
    block: (viewerId, target) => block(database, viewerId, target.id),
    unblock: (viewerId, target) => unblock(database, viewerId, target.id),
    mute: (viewerId, target) => mute(database, viewerId, target.id),
    unmute: (viewerId, target) => unmute(database, viewerId, target.id),
  } satisfies Record<string, Run>;
}

/** One's own block can be taken back even from a person who has blocked the viewer since. */
export async function unblockHidden(
  database: UserDatabase,
  viewerId: UserId,
  targetId: UserId,
): Promise<Change> {
  const change = await unblock(database, viewerId, targetId);
  if (change.writtenAt === null) throw notFound('person');
  return change;
}
