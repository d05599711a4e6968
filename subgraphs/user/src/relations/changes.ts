import type { UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { has, type Relation } from '@murmuration/relationships';
import { blocked, conflict, limitReached } from '@murmuration/service-kit';
import { block, unblock } from './blocks.ts';
import type { Change } from './change.ts';
import { acceptRequest, endFollow, follow } from './follows.ts';
import type { RelationLimits } from './limits.ts';
import { mute, unmute } from './mutes.ts';

/** A change of what the viewer and the target are to each other; doing it again changes nothing. A mute may have an end. */
type Run = (viewerId: UserId, target: Target, until: Date | null) => Promise<Change>;

/** Whom a change is about, whether or not they exist for the viewer. */
export interface Target {
  id: UserId;
  relation: Relation;
}

export type RelationChanges = ReturnType<typeof createRelationChanges>;

export function createRelationChanges(database: UserDatabase, { maxFollowing }: RelationLimits) {
  const followUser: Run = async (viewerId, target) => {
    if (has(target.relation, 'viewerBlocks'))
      throw blocked('Unblock this person first.', { path: ['userId'] });
    const followed = await follow(database, { followerId: viewerId, followeeId: target.id }, maxFollowing);
    const isAsked = has(target.relation, 'viewerRequested') && has(target.relation, 'authorPrivate');
    if (!followed.hasRoom && !isAsked) {
      throw limitReached(maxFollowing, `You follow ${maxFollowing} people, and nobody can follow more.`);
    }
    return followed;
  };
  const accept: Run = async (followeeId, { id: followerId, relation }) => {
    const accepted = await acceptRequest(database, { followerId, followeeId }, maxFollowing);
    if (!accepted.hasRoom && accepted.isAsked) {
      throw limitReached(maxFollowing, `They follow ${maxFollowing} people, and nobody can follow more.`);
    }
    if (accepted.writtenAt !== null || has(relation, 'followsViewer')) return accepted;
    throw conflict('There is no request of this person any more.', { path: ['userId'] });
  };
  return {
    followUser,
    unfollowUser: (followerId, { id: followeeId }) =>
      endFollow(database, { followerId, followeeId }, ['active', 'requested']),
    acceptFollowRequest: accept,
    declineFollowRequest: (followeeId, { id: followerId }) =>
      endFollow(database, { followerId, followeeId }, ['requested']),
    removeFollower: (followeeId, { id: followerId }) =>
      endFollow(database, { followerId, followeeId }, ['active']),
    blockUser: (viewerId, target) => block(database, viewerId, target.id),
    unblockUser: (viewerId, target) => unblock(database, viewerId, target.id),
    muteUser: (viewerId, target, until) => mute(database, viewerId, target.id, until),
    unmuteUser: (viewerId, target) => unmute(database, viewerId, target.id),
  } satisfies Record<string, Run>;
}
