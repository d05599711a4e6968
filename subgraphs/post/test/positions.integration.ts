import { createFeed, readPosition, standingOf } from '@murmuration/events';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, createWorld } from './world.ts';

let world: Awaited<ReturnType<typeof createWorld>>;
let pool: pg.Pool;
let postId: string;

beforeAll(async () => {
  world = await createWorld();
  pool = new pg.Pool({ connectionString: world.databaseUrl, max: 2 });
  postId = await world.say('alice', 'something to like');
});
afterAll(async () => {
  await pool.end();
  await world.close();
});

const positionOf = async (mutation: string, name: 'alice' | 'bob' = 'bob') => {
  const answer = await world.run(name, `mutation { ${mutation} { errors { message } } }`);
  expect(answer.codes).toEqual([]);
  return answer.position ?? null;
};

/** Where a reader of the feed stands that has read everything but so many of the last events. */
async function cursorBefore(last: number): Promise<string | null> {
  const feed = createFeed({ pool, name: 'post', logger: world.logger });
  const page = await feed.read({ after: null, limit: 1_000, waitMs: 0 });
  feed.close();
  return page.status === 'page' ? (page.events.at(-1 - last)?.cursor ?? null) : null;
}

test.each([
  ['createPost', () => 'createPost(input: { text: "hello" })'],
  ['likePost', () => `likePost(input: { postId: "${postId}" })`],
  ['createRepost', () => `createRepost(input: { postId: "${postId}" })`],
  ['unlikePost', () => `unlikePost(input: { postId: "${postId}" })`],
  ['deleteRepost', () => `deleteRepost(input: { postId: "${postId}" })`],
])('%s tells the place of its event in the feed', async (_name, mutation) => {
  const place = readPosition(world.keys, String(await positionOf(mutation()))).places.get('post');
  if (!place) throw new Error('no position of the feed');
  expect(standingOf(await cursorBefore(1), place)).toBe('before');
  expect(standingOf(await cursorBefore(0), place)).toBe('past');
});

test('a mutation that changes nothing has no position', async () => {
  const like = `likePost(input: { postId: "${postId}" })`;
  expect(await positionOf(like)).not.toBeNull();
  expect(await positionOf(like)).toBeNull();
  expect(await positionOf(`deleteRepost(input: { postId: "${postId}" })`, 'bob')).toBeNull();
  const again = 'createPost(input: { text: "once", idempotencyKey: "k" })';
  expect(await positionOf(again)).not.toBeNull();
  expect(await positionOf(again)).toBeNull();
  expect((await world.run('bob', '{ __typename }')).position).toBeUndefined();
});

test('a refused mutation has none, and of several in one operation the last counts', async () => {
  const refused = await world.run(
    'bob',
    'mutation { createPost(input: { text: "" }) { errors { message } } }',
  );
  expect(refused.position).toBeUndefined();
  const two = await world.run(
    'bob',
    `mutation { a: createPost(input: { text: "a" }) { post { id } }
      b: deletePost(input: { postId: "${postId}" }) { errors { message } }
      c: createPost(input: { text: "c" }) { post { id } } }`,
  );
  expect(at(two, 'c.post.id')).toMatch(/^pst_/);
  const place = readPosition(world.keys, String(two.position)).places.get('post');
  if (!place) throw new Error('no position of the feed');
  expect(standingOf(await cursorBefore(1), place)).toBe('before');
  expect(standingOf(await cursorBefore(0), place)).toBe('past');
});

test('taking a post back tells its place', async () => {
  const remove = `deletePost(input: { postId: "${postId}" })`;
  expect(await positionOf(remove, 'alice')).not.toBeNull();
  expect(await positionOf(remove, 'alice')).toBeNull();
});
