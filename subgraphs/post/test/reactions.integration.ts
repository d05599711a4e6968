import { decodeInputId } from '@murmuration/ids';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { rollUpCounts } from '../src/housekeeping/roll-up.ts';
import { at, createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => world.people.clear());

const wireToId = (wire: string) => decodeInputId('Post', 'id', wire);

const stateOf = async (postId: string) =>
  at(
    await world.run(
      'alice',
      `{ post(id: "${postId}") { likeCount repostCount viewerHasLiked viewerHasReposted } }`,
    ),
    'post',
  );

it('is counted once, taken back once, and told once', async () => {
  const post = await world.say('bob', 'Like me');
  for (const mutation of ['likePost', 'likePost', 'createRepost', 'createRepost']) {
    expect(await world.act('alice', mutation, post)).toEqual([]);
  }
  expect(await stateOf(post)).toEqual({
    likeCount: 1,
    repostCount: 1,
    viewerHasLiked: true,
    viewerHasReposted: true,
  });
  for (const mutation of ['unlikePost', 'unlikePost', 'deleteRepost', 'deleteRepost', 'likePost']) {
    expect(await world.act('alice', mutation, post)).toEqual([]);
  }
  expect(await stateOf(post)).toEqual({
    likeCount: 1,
    repostCount: 0,
    viewerHasLiked: true,
    viewerHasReposted: false,
  });
  const events = await world.database.outbox.findMany({
    where: { aggregatetype: { in: ['like', 'repost'] } },
    orderBy: { id: 'asc' },
  });
  expect(events.map(({ type, version }) => `${type} ${version}`)).toEqual([
    'like.changed 1',
    'repost.changed 1',
    'like.changed 2',
    'repost.changed 2',
    'like.changed 3',
  ]);
});

it('answers with the counts as they are after each mutation of a request', async () => {
  const post = await world.say('bob', 'Twice in one request');
  const input = `(input: { postId: "${post}" }) { post { likeCount viewerHasLiked } }`;
  const answer = await world.run('alice', `mutation { one: likePost${input} two: unlikePost${input} }`);
  expect(answer.data).toEqual({
    one: { post: { likeCount: 1, viewerHasLiked: true } },
    two: { post: { likeCount: 0, viewerHasLiked: false } },
  });
});

it('is refused by name', async () => {
  const post = await world.say('bob', 'Mine');
  for (const mutation of ['likePost', 'unlikePost', 'createRepost', 'deleteRepost', 'deletePost']) {
    expect(await world.act(null, mutation, post)).toEqual(['UNAUTHENTICATED']);
    expect(await world.act('alice', mutation, 'usr_00000000001')).toEqual(['ValidationError postId']);
    expect(await world.act('alice', mutation, 'pst_00000000009')).toEqual(['NotFound']);
  }
  expect(await world.act('alice', 'deletePost', post)).toEqual(['NotAllowed']);
  await world.act('bob', 'deletePost', post);
  for (const mutation of ['likePost', 'unlikePost', 'createRepost', 'deleteRepost', 'deletePost']) {
    expect(await world.act('alice', mutation, post), mutation).toEqual(['NotFound']);
  }
  expect(await world.database.postLike.count({ where: { active: true, userId: 1n } })).toBe(1);
});

it('can be taken back from what was hidden since, without showing it', async () => {
  const post = await world.say('bob', 'Before the block');
  await world.act('alice', 'likePost', post);
  world.people.block('bob', 'alice');
  const unlike = `mutation { unlikePost(input: { postId: "${post}" }) { post { id } errors { __typename } } }`;
  expect((await world.run('alice', unlike)).data).toEqual({ unlikePost: { post: null, errors: [] } });
  expect((await world.run('alice', unlike)).data).toEqual({
    unlikePost: { post: null, errors: [{ __typename: 'NotFound' }] },
  });
});

it('is exact when two of one person race, while counts are rolled up', async () => {
  const post = await world.say('bob', 'Everybody at once');
  for (let round = 0; round < 200; round++) {
    const mutation = round % 2 === 0 ? 'likePost' : 'unlikePost';
    const [, , , rolled] = await Promise.all([
      world.act('alice', mutation, post),
      world.act('alice', mutation, post),
      world.act('carol', mutation, post),
      round % 5 === 0 ? rollUpCounts(world.database) : 0,
    ]);
    expect(rolled).toBeGreaterThanOrEqual(0);
    expect(at(await world.run('alice', `{ post(id: "${post}") { likeCount } }`), 'post.likeCount')).toBe(
      round % 2 === 0 ? 2 : 0,
    );
  }
  const versions = await world.database.postLike.findMany({ where: { postId: wireToId(post) } });
  const events = await world.database.outbox.findMany({
    where: { aggregateid: { endsWith: `:${wireToId(post)}` } },
    orderBy: { version: 'asc' },
  });
  for (const { userId, version } of versions) {
    const told = events.filter(({ aggregateid }) => aggregateid.startsWith(`${userId}:`));
    expect(told.map((event) => event.version)).toEqual(
      Array.from({ length: Number(version) }, (_value, index) => BigInt(index + 1)),
    );
  }
});

it('is counted if and only if it is stored when it races the end of its post', async () => {
  for (let round = 0; round < 40; round++) {
    const post = await world.say('bob', `Short life ${round}`);
    await Promise.all([world.act('alice', 'likePost', post), world.act('bob', 'deletePost', post)]);
    expect(await world.act('carol', 'likePost', post)).toEqual(['NotFound']);
  }
  const [odd] = await world.database.$queryRaw<[{ count: bigint }]>`
    SELECT count(*) FROM post p
    WHERE (SELECT count(*) FROM post_like l WHERE l.post_id = p.id AND l.active)
      <> coalesce((SELECT like_count FROM post_count c WHERE c.post_id = p.id), 0)
        + coalesce((SELECT sum(like_delta) FROM post_count_delta d WHERE d.post_id = p.id), 0)`;
  expect(odd.count).toBe(0n);
});
