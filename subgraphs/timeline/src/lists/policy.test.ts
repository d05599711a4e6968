import { relationBits } from '@murmuration/relationships';
import { expect, test } from 'vitest';
import { mayAdd, maySeeList } from './policy.ts';

const [owner, viewer] = [1n, 2n];
const {
  authorMissing,
  authorPrivate,
  authorSuspended,
  blocksViewer,
  self,
  viewerBlocks,
  viewerFollows,
  viewerMutes,
} = relationBits;

test.each([
  ['a public one, by a stranger', viewer, false, 0, true],
  ['a public one, by nobody who is known', null, false, 0, true],
  ['a private one, by its owner', owner, true, self, true],
  ['a private one, by a follower', viewer, true, viewerFollows, false],
  ['a private one, by nobody who is known', null, true, 0, false],
  ['that of a private account, by a stranger', viewer, false, authorPrivate, false],
  ['that of a private account, by a follower', viewer, false, authorPrivate | viewerFollows, true],
  ['whose owner blocked the viewer', viewer, false, blocksViewer, false],
  ['whose owner the viewer blocked', viewer, false, viewerBlocks, false],
  ['whose owner is suspended', viewer, false, authorSuspended, false],
  ['whose owner the viewer muted', viewer, false, viewerMutes, true],
] as const)('who may see a list: %s', (_what, viewerId, isPrivate, relation, may) => {
  expect(maySeeList(viewerId, { ownerId: owner, isPrivate }, relation)).toBe(may);
});

test.each([
  ['a stranger', 0, 'yes'],
  ['oneself', self, 'yes'],
  ['a private account', authorPrivate, 'yes'],
  ['who blocked the owner', blocksViewer, 'not found'],
  ['whom the owner blocked', viewerBlocks, 'blocked'],
  ['who is suspended', authorSuspended, 'not found'],
  ['nobody', authorMissing, 'not found'],
] as const)('who may be put into a list: %s', (_who, relation, may) => {
  expect(mayAdd(relation)).toBe(may);
});
