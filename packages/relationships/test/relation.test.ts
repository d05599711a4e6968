import { describe, expect, it } from 'vitest';
import { maySeePost, maySeeProfile, maySuggest, relationBits as bits } from '../src/index.ts';

const viewer = 5n;
const open = { visibility: 'public', mentionedIds: [] } as const;
const forFollowers = { visibility: 'followers', mentionedIds: [] } as const;
const forMentioned = { visibility: 'mentioned', mentionedIds: [viewer] } as const;
const mentioningOthers = { visibility: 'mentioned', mentionedIds: [9n] } as const;

describe('a post', () => {
  it.each([
    ['public, of a stranger', 0, open, true],
    ['public, of a private account', bits.authorPrivate, open, false],
    [
      'public, of a private account whose reader waits to be accepted',
      bits.authorPrivate | bits.viewerRequested,
      open,
      false,
    ],
    [
      'public, of a private account that follows the reader',
      bits.authorPrivate | bits.followsViewer,
      open,
      false,
    ],
    ['public, of a private account the reader follows', bits.authorPrivate | bits.viewerFollows, open, true],
    ['for followers, of a stranger', 0, forFollowers, false],
    ['for followers, of one who follows the reader', bits.followsViewer, forFollowers, false],
    ['for followers, of one the reader follows', bits.viewerFollows, forFollowers, true],
    ['that mentions the reader', 0, forMentioned, true],
    ['that mentions the reader, of a private account', bits.authorPrivate, forMentioned, true],
    ['that mentions others, of one the reader follows', bits.viewerFollows, mentioningOthers, false],
    ['of someone the reader muted', bits.viewerMutes, open, true],
    ['that mentions the reader, of someone who blocked them', bits.blocksViewer, forMentioned, false],
    ['that mentions the reader, of someone they blocked', bits.viewerBlocks, forMentioned, false],
    ['of a suspended account the reader follows', bits.authorSuspended | bits.viewerFollows, open, false],
    ['of an account that is gone', bits.authorMissing, open, false],
    [
      "that mentions others, of one's own private account",
      bits.self | bits.authorPrivate,
      mentioningOthers,
      true,
    ],
  ] as const)('%s', (_what, relation, post, isSeen) => {
    expect(maySeePost(viewer, relation, post)).toBe(isSeen);
  });

  it('that mentions somebody is not for nobody', () => {
    expect(maySeePost(null, 0, forMentioned)).toBe(false);
    expect(maySeePost(null, 0, open)).toBe(true);
  });
});

it('a profile hides from who was blocked, not from who blocked, so that they can unblock', () => {
  expect(maySeeProfile(bits.blocksViewer)).toBe(false);
  expect(maySeeProfile(bits.viewerBlocks)).toBe(true);
  expect(maySeeProfile(bits.authorPrivate)).toBe(true);
  expect(maySeeProfile(bits.authorSuspended)).toBe(false);
  expect(maySeeProfile(bits.authorMissing)).toBe(false);
});

it('a mute keeps from coming up unasked, and nothing else does', () => {
  expect(maySuggest(bits.viewerMutes)).toBe(false);
  expect(maySuggest(bits.viewerFollows)).toBe(true);
});
