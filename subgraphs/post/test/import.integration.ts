import { encodeId, idAt } from '@murmuration/ids';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { at, cast, createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const yesterday = idAt(Date.now() - 24 * 3_600_000);
const people = new Map(Object.entries(cast));

it('makes what the mutations would have made, at other times', async () => {
  const { imports } = world.services;
  const [root, reply, quote, narrow] = [yesterday, yesterday + 1n, yesterday + 2n, yesterday + 3n] as const;
  await imports.importPosts(
    [
      { id: root, authorId: 1n, text: 'From @bob\u2019s archive #old' },
      { id: reply, authorId: 2n, text: 'An old answer', replyToId: root },
      { id: quote, authorId: 3n, text: 'An old quote', quotedId: root },
      { id: narrow, authorId: 1n, text: 'For few #old', visibility: 'followers' },
    ],
    people,
  );
  await imports.importPosts([{ id: yesterday + 4n, authorId: 2n, text: 'Later', replyToId: reply }], people);
  const likes = [2n, 3n, 4n].map((personId, index) => ({
    id: yesterday + BigInt(10 + index),
    personId,
    postId: root,
  }));
  expect(await imports.importLikes([...likes, { id: yesterday + 20n, personId: 2n, postId: root }])).toBe(3);
  expect(await imports.importLikes(likes)).toBe(0);
  const reposts = [root, narrow].map((postId, index) => ({
    id: yesterday + BigInt(30 + index),
    personId: 2n,
    postId,
  }));
  expect(await imports.importReposts(reposts)).toBe(1);

  const answer = await world.run(
    'bob',
    `query ($root: ID!) {
      post(id: $root) { likeCount replyCount repostCount quoteCount viewerHasLiked viewerHasReposted createdAt
        facets { start ... on MentionFacet { user { id } } ... on HashtagFacet { tag } } }
      hashtag(tag: "old") { posts(first: 9) { edges { node { id } } } }
      _entities(representations: [{ __typename: "User", id: "usr_00000000001" }]) { ... on User { postCount } } }`,
    { root: encodeId('Post', root) },
  );
  expect(answer).toEqual({
    codes: [],
    data: {
      post: {
        likeCount: 3,
        replyCount: 1,
        repostCount: 1,
        quoteCount: 1,
        viewerHasLiked: true,
        viewerHasReposted: true,
        createdAt: expect.stringMatching(/Z$/),
        facets: [
          { start: 5, user: { id: encodeId('User', 2n) } },
          { start: 20, tag: 'old' },
        ],
      },
      hashtag: { posts: { edges: [{ node: { id: encodeId('Post', root) } }] } },
      _entities: [{ postCount: 2 }],
    },
  });
  expect(Date.parse(String(at(answer, 'post.createdAt')))).toBeLessThan(Date.now() - 23 * 3_600_000);
  const events = await world.database.outbox.groupBy({
    by: ['type'],
    _count: true,
    orderBy: { type: 'asc' },
  });
  expect(events.map(({ type, _count }) => [type, _count])).toEqual([
    ['like.changed', 3],
    ['post.changed', 5],
    ['repost.changed', 1],
  ]);
});

it('changes nothing when a post breaks a rule, and names it', async () => {
  const before = await world.database.post.count();
  const good = { id: yesterday + 100n, authorId: 1n, text: 'Fine' };
  const cases = [
    [{ ...good, id: 7n, text: ' ' }, /^Post 7 cannot be imported: .*empty/],
    [{ ...good, id: 8n, replyToId: 9n }, /^Post 8 .*not there before it/],
    [{ ...good, id: 9n, quotedId: yesterday + 3n }, /^Post 9 .*not public/],
    [
      { ...good, id: yesterday + 101n, replyToId: yesterday + 3n, visibility: 'public' as const },
      /^Post \d+ .*wider than/,
    ],
    [{ ...good, id: 10n, replyToId: yesterday }, /^Post 10 .*older/],
  ] as const;
  for (const [post, message] of cases) {
    await expect(world.services.imports.importPosts([good, post], people)).rejects.toThrow(message);
  }
  expect(await world.database.post.count()).toBe(before);
});

it('takes thousands in batches, as many to a millisecond as ids have room for', async () => {
  const { imports } = world.services;
  const start = idAt(Date.now() - 3_600_000);
  const posts = Array.from({ length: 5_000 }, (_value, index) => ({
    id: start + (BigInt(Math.floor(index / 1_000)) << 22n) + BigInt(index % 1_000),
    authorId: BigInt(1 + (index % 4)),
    text: `Number ${index} @alice #many`,
  }));
  await imports.importPosts(posts, people);
  const likes = posts.flatMap(({ id }, index) =>
    [1n, 2n, 3n].map((personId, other) => ({ id: id + BigInt((index + other) << 22), personId, postId: id })),
  );
  expect(await imports.importLikes(likes)).toBe(15_000);
  const [counted] = await world.database.$queryRaw<[{ likes: bigint; events: bigint }]>`
    SELECT (SELECT sum(like_delta) FROM post_count_delta WHERE post_id >= ${start})::bigint AS likes,
      (SELECT count(*) FROM outbox WHERE type = 'post.changed') AS events`;
  expect(counted).toEqual({ likes: 15_000n, events: 5_005n });
});
