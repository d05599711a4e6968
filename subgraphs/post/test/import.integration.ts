import { encodeId, idAt } from '@murmuration/ids';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endPolls } from '../src/polls/end.ts';
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

it('brings polls with their votes, which count, and whose end is told once to all who took part', async () => {
  const { imports } = world.services;
  const hourMs = 3_600_000;
  const open = {
    options: ['Tea ', 'Coffee'],
    isMultiple: true,
    endsAtMs: Date.now() + hourMs,
    votes: [
      { voterId: 2n, choices: [1, 0] },
      { voterId: 3n, choices: [1] },
    ],
  };
  const over = { ...open, isMultiple: false, endsAtMs: Date.now() - hourMs, votes: open.votes.slice(1) };
  const [asks, asked, plain] = [yesterday + 100n, yesterday + 101n, yesterday + 102n] as const;
  await imports.importPosts([
    { id: asks, authorId: 1n, text: 'What now?', poll: open },
    { id: asked, authorId: 1n, text: 'What then?', poll: over },
    { id: plain, authorId: 1n, text: 'No question', poll: null },
  ]);
  const selection =
    'poll { options { text voteCount viewerHasChosen } voterCount hasEnded isMultipleChoice }';
  const answer = await world.run(
    'bob',
    `query ($a: ID!, $b: ID!, $c: ID!) { a: post(id: $a) { ${selection} } b: post(id: $b) { ${selection} } c: post(id: $c) { ${selection} } }`,
    { a: encodeId('Post', asks), b: encodeId('Post', asked), c: encodeId('Post', plain) },
  );
  expect(answer.data).toEqual({
    a: {
      poll: {
        options: [
          { text: 'Tea', voteCount: 1, viewerHasChosen: true },
          { text: 'Coffee', voteCount: 2, viewerHasChosen: true },
        ],
        voterCount: 2,
        hasEnded: false,
        isMultipleChoice: true,
      },
    },
    b: {
      poll: {
        options: [
          { text: 'Tea', voteCount: 0, viewerHasChosen: false },
          { text: 'Coffee', voteCount: 1, viewerHasChosen: false },
        ],
        voterCount: 1,
        hasEnded: true,
        isMultipleChoice: false,
      },
    },
    c: { poll: null },
  });
  expect(await endPolls(world.database, new AbortController().signal)).toBe(2);
  const events = await world.database.outbox.findMany({ where: { aggregateid: { startsWith: `${asked}` } } });
  expect(events.map(({ aggregateid, type }) => `${type} ${aggregateid}`).sort()).toEqual([
    `poll.ended ${asked}:1`,
    `poll.ended ${asked}:3`,
    `post.changed ${asked}`,
    `vote.changed ${asked}:3`,
  ]);
  const refusals = [
    { ...open, options: ['Tea'] },
    { ...open, endsAtMs: 0 },
    { ...open, votes: [{ voterId: 2n, choices: [2] }] },
    { ...open, votes: [{ voterId: 1n, choices: [0] }] },
    { ...open, votes: [open.votes[0], open.votes[0]].flatMap((vote) => vote ?? []) },
    { ...open, isMultiple: false },
  ];
  for (const [index, poll] of refusals.entries()) {
    const id = yesterday + 200n + BigInt(index);
    await expect(imports.importPosts([{ id, authorId: 1n, text: 'No', poll }])).rejects.toThrow(`Post ${id}`);
  }
});
