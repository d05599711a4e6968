import { type Relation, relationBits } from '@murmuration/relationships';
import { expect, test } from 'vitest';
import type { RelationChanges } from './changes.ts';
import { mayChange } from './policy.ts';

const { authorMissing, authorPrivate, authorSuspended, blocksViewer, viewerBlocks, viewerFollows } =
  relationBits;

/** Towards whom: somebody there, somebody who blocks the viewer, and somebody who is gone. */
const rules: Record<keyof RelationChanges, ['yes', string, string]> = {
  followUser: ['yes', 'no', 'no'],
  unfollowUser: ['yes', 'if it was so', 'if it was so'],
  acceptFollowRequest: ['yes', 'no', 'no'],
  declineFollowRequest: ['yes', 'if it was so', 'if it was so'],
  removeFollower: ['yes', 'if it was so', 'if it was so'],
  blockUser: ['yes', 'yes', 'no'],
  unblockUser: ['yes', 'yes', 'if it was so'],
  muteUser: ['yes', 'yes', 'no'],
  unmuteUser: ['yes', 'yes', 'if it was so'],
};
const there: Relation[] = [0, viewerFollows, viewerBlocks, authorPrivate];
const gone: Relation[] = [authorMissing, authorSuspended, authorSuspended | blocksViewer];

test.each(Object.entries(rules) as [keyof RelationChanges, [string, string, string]][])(
  '%s: %j',
  (name, [towardsAnybody, towardsWhoBlocks, towardsNobody]) => {
    for (const relation of there) expect(mayChange(name, relation)).toBe(towardsAnybody);
    expect(mayChange(name, blocksViewer)).toBe(towardsWhoBlocks);
    for (const relation of gone) expect(mayChange(name, relation)).toBe(towardsNobody);
  },
);
