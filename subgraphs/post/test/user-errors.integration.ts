import { afterAll, beforeAll, expect, it } from 'vitest';
import { at, createWorld } from './world.ts';

let world: Awaited<ReturnType<typeof createWorld>>;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('says to programs what is wrong, and which value of the input', async () => {
  const narrow = await world.say('bob', { text: 'For my followers', visibility: 'FOLLOWERS' });
  world.people.relate('alice', 'bob', 'viewerFollows');
  await world.say('alice', { text: 'Once', idempotencyKey: 'k' });
  const missing = 'pst_00000000009';
  const cases = [
    ['createPost', { text: '' }, 'INVALID_VALUE', ['text']],
    ['createPost', { text: 'hi', replyToId: 'what' }, 'INVALID_VALUE', ['replyToId']],
    ['createPost', { text: 'hi', replyToId: missing }, 'NOT_FOUND', ['replyToId']],
    ['createPost', { text: 'hi', quotedId: missing }, 'NOT_FOUND', ['quotedId']],
    ['createPost', { text: 'hi', quotedId: narrow }, 'NOT_PUBLIC', ['quotedId']],
    [
      'createPost',
      { text: 'hi', replyToId: narrow, visibility: 'PUBLIC' },
      'WIDER_THAN_PARENT',
      ['visibility'],
    ],
    ['createPost', { text: 'Twice', idempotencyKey: 'k' }, 'IDEMPOTENCY_KEY_REUSED', ['idempotencyKey']],
    ['createRepost', { postId: narrow }, 'NOT_PUBLIC', ['postId']],
    ['likePost', { postId: missing }, 'NOT_FOUND', ['postId']],
    ['deletePost', { postId: narrow }, 'NOT_AUTHOR', ['postId']],
  ] as const;
  for (const [mutation, input, code, path] of cases) {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
    const answer = await world.run(
      'alice',
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { errors { code path } } }`,
      { input },
    );
    expect(at(answer, `${mutation}.errors`)).toEqual([{ code, path }]);
  }
});
