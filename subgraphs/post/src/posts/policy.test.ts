import { encodeId } from '@murmuration/ids';
import { type Relation, relationBits } from '@murmuration/relationships';
import { UserErrors } from '@murmuration/service-kit';
import { describe, expect, test } from 'vitest';
import { isGranted, requireOwn, requireShareable, requireVisible } from './policy.ts';
import type { PostRow, Visibility } from './post.ts';
import { audienceOf, chooseVisibility } from './readers.ts';

const [author, viewer, other] = [7n, 5n, 9n];
const { authorPrivate, authorSuspended, blocksViewer, self, viewerBlocks, viewerFollows, viewerMutes } =
  relationBits;
const stranger: Relation = 0;
const path = ['postId'];

function post(visibility: Visibility, changes: Partial<PostRow> = {}): PostRow {
  const row = { id: 1n, authorId: author, text: '', facets: [], replyToId: null, replyToAuthorId: null };
  return { ...row, rootId: 1n, quotedId: null, visibility, mentionedIds: [], isDeleted: false, ...changes };
}

/** What a rule answers: what it returns, or the code of its refusal. */
function verdictOf(rule: () => unknown): unknown {
  try {
    return rule() === undefined ? 'yes' : rule();
  } catch (error) {
    if (error instanceof UserErrors) return error.errors[0]?.code;
    throw error;
  }
}

const mentioned = { mentionedIds: [viewer] };
const deleted = { isDeleted: true };

describe('who may answer, like or repost', () => {
  test.each([
    ['a stranger', stranger, post('public'), 'yes'],
    ['a stranger', stranger, post('followers'), 'NOT_FOUND'],
    ['a follower', viewerFollows, post('followers'), 'yes'],
    ['a follower', viewerFollows, post('mentioned'), 'NOT_FOUND'],
    ['who is named', stranger, post('mentioned', mentioned), 'yes'],
    ['who mutes the author', viewerMutes, post('public'), 'yes'],
    ['who blocks the author', viewerBlocks, post('public'), 'BLOCKED'],
    ['who blocks the author', viewerBlocks, post('followers'), 'NOT_FOUND'],
    ['whom the author blocks', blocksViewer, post('public', mentioned), 'NOT_FOUND'],
    ['where both block', viewerBlocks | blocksViewer, post('public'), 'NOT_FOUND'],
    ['of a private account', authorPrivate, post('public'), 'NOT_FOUND'],
    ['a follower of a private account', authorPrivate | viewerFollows, post('public'), 'yes'],
    ['of a suspended account', authorSuspended | viewerFollows, post('public'), 'NOT_FOUND'],
    ['its author', self, post('mentioned'), 'yes'],
    ['its author', self, post('public', deleted), 'NOT_FOUND'],
  ])('%s, %i: %o is %s', (_who, relation, row, verdict) => {
    const given = verdictOf(() => requireVisible(viewer, relation, row, path));
    expect(given === row ? 'yes' : given).toBe(verdict);
  });
});

test.each([
  ['public', stranger, 'yes'],
  ['public', authorPrivate | viewerFollows, 'NOT_PUBLIC'],
  ['public', authorPrivate | self, 'yes'],
  ['followers', viewerFollows, 'NOT_PUBLIC'],
  ['mentioned', stranger, 'NOT_PUBLIC'],
] as const)('a post for %s is shared by %i: %s', (visibility, relation, verdict) => {
  expect(verdictOf(() => requireShareable('quoted', relation, post(visibility), path))).toBe(verdict);
});

test.each([
  ['its author', author, self, post('public'), 'yes'],
  ['its author, again', author, self, post('public', deleted), 'yes'],
  ['who sees it', viewer, stranger, post('public'), 'NOT_AUTHOR'],
  ['who does not see it', viewer, stranger, post('followers'), 'NOT_FOUND'],
  ['who saw it', viewer, stranger, post('public', deleted), 'NOT_FOUND'],
])('a post is deleted by %s', (_who, who, relation, row, verdict) => {
  expect(verdictOf(() => requireOwn(who, relation, row, path))).toBe(verdict);
});

test.each([
  [undefined, 'public', 'public'],
  [undefined, 'followers', 'followers'],
  ['public', 'followers', 'WIDER_THAN_PARENT'],
  ['followers', 'mentioned', 'WIDER_THAN_PARENT'],
  ['mentioned', 'followers', 'mentioned'],
  ['followers', 'followers', 'followers'],
] as const)('a reply wanted for %s to what is for %s is for %s', (wanted, widest, verdict) => {
  expect(verdictOf(() => chooseVisibility(wanted, widest))).toBe(verdict);
});

test('a post is for whom it mentions, and one that is not for everyone for whom it answers', () => {
  const parent = { authorId: other };
  const mentionedIds = [viewer, author];
  expect(audienceOf({ authorId: author, mentionedIds, visibility: 'public', parent })).toEqual([viewer]);
  expect(audienceOf({ authorId: author, mentionedIds, visibility: 'followers', parent })).toEqual([
    viewer,
    other,
  ]);
});

describe('what an event lets its audience see', () => {
  const grant = { entity: encodeId('Post', 1n), author: encodeId('User', author) };
  test.each([
    ['everyone', stranger, post('public'), true],
    ['everyone', stranger, post('followers'), false],
    ['followers', stranger, post('followers'), true],
    ['followers', stranger, post('mentioned'), false],
    ['everyone', authorSuspended, post('public'), false],
    ['everyone', stranger, post('public', deleted), false],
    ['everyone', stranger, post('public', { id: 2n }), false],
  ] as const)('for %s, %i', (audience, relation, row, isSeen) => {
    expect(isGranted({ ...grant, audience }, relation, row)).toBe(isSeen);
  });
});
