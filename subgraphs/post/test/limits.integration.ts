import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { at, createWorld, type Name, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ posting: { postsPerDay: 3, mentionsPerDay: 4 } });
});
afterAll(() => world.close());
beforeEach(() => world.cached.client.flushdb());

const createPost = `mutation ($input: CreatePostInput!) { createPost(input: $input) {
  post { id } errors { __typename code ... on RateLimited { retryAfter } } } }`;

/** The errors of a post, and how many more its author has left of a limit, as headers are told. */
async function say(name: Name, input: Record<string, unknown>, limit = 'posts') {
  const answer = await world.run(name, createPost, { input });
  return { errors: at(answer, 'createPost.errors'), left: answer.rateLimits?.[limit]?.left };
}

const refused = [{ __typename: 'RateLimited', code: 'RATE_LIMITED', retryAfter: expect.any(Number) }];

it('counts posts and reposts of a day, and tells what is left and when it is back', async () => {
  const bobs = await world.say('bob', 'Worth a repost');
  const first = await world.run('alice', createPost, { input: { text: 'One' } });
  const day = 24 * 60 * 60;
  expect(first.rateLimits).toEqual({
    posts: { quota: 3, windowSeconds: day, left: 2, resetSeconds: expect.any(Number) },
  });
  expect(await world.act('alice', 'createRepost', bobs)).toEqual([]);
  expect(await say('alice', { text: 'Three' })).toEqual({ errors: [], left: 0 });
  expect(await say('alice', { text: 'Four' })).toEqual({ errors: refused, left: 0 });
  const before = await world.database.post.count();
  expect(await world.act('alice', 'createRepost', await world.say('bob', 'Another'))).toEqual([
    'RateLimited',
  ]);
  expect(await world.database.post.count()).toBe(before + 1);
  // What was done before is not refused when it is asked for again.
  expect(await world.act('alice', 'createRepost', bobs)).toEqual([]);
  expect(await world.act('alice', 'likePost', bobs)).toEqual([]);
});

it('counts once what is sent again, and nothing that changes nothing', async () => {
  const input = { text: 'Once', idempotencyKey: 'k' };
  const ids = await Promise.all([1, 2, 3].map(() => world.say('alice', input)));
  expect(new Set(ids).size).toBe(1);
  expect(await world.say('alice', input)).toBe(ids[0]);
  const bobs = await world.say('bob', 'Twice the same repost');
  for (const _again of [1, 2]) expect(await world.act('alice', 'createRepost', bobs)).toEqual([]);
  expect((await say('alice', { text: 'A reply', replyToId: 'pst_00000000009' })).errors).toHaveLength(1);
  expect(await say('alice', { text: 'The third' })).toEqual({ errors: [], left: 0 });
});

it('counts each person in each post, but oneself, and refuses a post whole', async () => {
  const three = '@bob @carol @dave';
  expect(await say('alice', { text: `${three} @alice` }, 'mentions')).toEqual({ errors: [], left: 1 });
  expect(await say('alice', { text: three }, 'mentions')).toEqual({ errors: refused, left: 1 });
  expect(await say('alice', { text: '@bob' }, 'mentions')).toEqual({ errors: [], left: 0 });
  // Nor was what was refused counted as a post.
  expect(await say('alice', { text: 'To nobody' })).toEqual({ errors: [], left: 0 });
});
