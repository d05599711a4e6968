import { type Member, signUpCast } from '@murmuration/testing';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countersOf } from '../support/counters.ts';
import { startStory, type Story } from '../support/stack.ts';
import { listsOf, type ListField } from './connections.ts';
import { crowdTag, surround } from './crowd.ts';

let stack: Story;
let alice: Member;
let bob: Member;
let rootId: string;
let listId: string;
let authors: string[];
/** Posts with polls of others, in which alice has not voted. */
const asked: string[] = [];
const poll = { options: ['Yes', 'No'], durationMinutes: 60 };
beforeAll(async () => {
  stack = await startStory();
  const cast = await signUpCast(stack.graphUrl, ['alice', 'bob', 'carol', 'dave']);
  ({ alice, bob } = cast);
  for (const author of [cast.bob, cast.carol, cast.dave]) await alice.follow(author);
  const root = await cast.bob.post('What does everyone think?');
  for (let number = 0; number < 50; number++) {
    const author = [cast.bob, cast.carol, cast.dave][number % 3] ?? cast.bob;
    asked.push(await author.post(`Answer ${number}?`, { replyToId: root, poll }));
  }
  rootId = root;
  // Alice's are the newest, and answers as most are.
  authors = [cast.bob, cast.carol, cast.dave, alice].map(({ id }) => id);
});
afterAll(() => stack.stop());

const node = `text createdAt author { handle displayName }
  likeCount replyCount repostCount quoteCount viewerHasLiked viewerHasReposted`;
const threadPage = `query ($id: ID!, $size: Int!) { post(id: $id) { thread { replies(first: $size) { edges { node {
  ${node} } } } } } }`;
const homePage = `query ($size: Int!) { homeTimeline(first: $size) {
  edges { cursor node { ${node} } repostedBy { handle } } pageInfo { hasNextPage } liveCursor } }`;

const pollPage = homePage.replace(
  'text createdAt',
  'text poll { voterCount options { text voteCount viewerHasChosen } } createdAt',
);

interface Edges {
  edges: { node: { text: string; author: { handle: string } | null; poll?: object | null } | null }[];
}
type Read = (size: number) => Promise<Edges>;

const readThread: Read = async (size) => {
  const { post } = await alice.ask<{ post: { thread: { replies: Edges } } }>(threadPage, {
    id: rootId,
    size,
  });
  return post.thread.replies;
};
const readHome: Read = async (size) =>
  (await alice.ask<{ homeTimeline: Edges }>(homePage, { size })).homeTimeline;

/** Each of them asks something. */
const readPolls: Read = async (size) => {
  const { homeTimeline } = await alice.ask<{ homeTimeline: Edges }>(pollPage, { size });
  expect(homeTimeline.edges.filter(({ node: seen }) => seen?.poll)).toHaveLength(size);
  return homeTimeline;
};

type Cost = Record<'sql' | 'redis', number>;

async function costOf(act: () => Promise<unknown>): Promise<Cost> {
  const before = await countersOf(stack);
  await act();
  const after = await countersOf(stack);
  return { sql: after.sql - before.sql, redis: after.redis - before.redis };
}

/** Background work may tick between two readings: the least of a few tries is what the act costs. */
async function leastOf(act: () => Promise<unknown>): Promise<Cost> {
  await act();
  const tries: Cost[] = [];
  for (let count = 0; count < 5; count++) tries.push(await costOf(act));
  const least = (name: keyof Cost) => Math.min(...tries.map((cost) => cost[name]));
  return { sql: least('sql'), redis: least('redis') };
}

async function pageCost(read: Read, size: number): Promise<Cost> {
  return leastOf(async () => {
    const { edges } = await read(size);
    expect(edges.filter(({ node: seen }) => seen?.author)).toHaveLength(size);
  });
}

test.each([
  ['of a thread', readThread],
  ['of a home timeline', readHome],
  ['of a home timeline of posts with polls', readPolls],
])('a page %s of 50 costs the same statements and commands as one of 10', async (what, read) => {
  await expect.poll(async () => (await read(50)).edges.length).toBe(50);
  const [ten, fifty] = [await pageCost(read, 10), await pageCost(read, 50)];
  console.log(`a page ${what} of 10:`, ten, 'of 50:', fifty);
  expect(fifty).toEqual(ten);
  expect(ten.sql).toBeGreaterThan(0);
  expect(ten.sql).toBeLessThanOrEqual(12);
});

const profilePage = `query ($handle: String!) { user(handle: $handle) { displayName bio followerCount followingCount postCount
  posts(first: 10) { edges { node { ${node} } } } } }`;

async function vote(postId: string): Promise<void> {
  const castVote = 'mutation ($input: CastVoteInput!) { castVote(input: $input) { errors { message } } }';
  expect(await alice.ask(castVote, { input: { postId, choices: [0] } })).toEqual({
    castVote: { errors: [] },
  });
}

/**
 * Statements and round trips of what people do most: the commands of a post are the count of its author's day and a hint of the
 * feed's news.
 */
test.each([
  // The person, their counts, their posts with all that is shown of them, how many these are, their authors.
  ['a profile with ten posts', () => alice.ask(profilePage, { handle: bob.handle }), { sql: 5, redis: 1 }],
  ['a post', () => bob.post('Just this.'), { sql: 1, redis: 2 }],
  [
    'a post with a key',
    () => bob.post('Once.', { idempotencyKey: crypto.randomUUID() }),
    { sql: 2, redis: 2 },
  ],
  ['a post with a poll', () => bob.post('Which?', { poll }), { sql: 1, redis: 2 }],
  // The post, its poll, the vote.
  ['a vote', () => vote(asked.pop() ?? ''), { sql: 3, redis: 2 }],
  ['an answer', () => alice.post('Yes.', { replyToId: rootId }), { sql: 2, redis: 3 }],
])('%s costs so many statements and commands', async (_what, act, cost) => {
  expect(await leastOf(act)).toEqual(cost);
});

/** Where a list of each type is full; a type without a way to it fails the test. */
const waysTo: Record<string, (list: string) => string> = {
  Query: (list) => list,
  Viewer: (list) => `viewer { ${list} }`,
  User: (list) =>
    list.startsWith('likedPosts')
      ? `viewer { user { ${list} } }`
      : `user(handle: "${bob.handle}") { ${list} }`,
  Post: (list) => `post(id: "${rootId}") { ${list} }`,
  Thread: (list) => `post(id: "${rootId}") { thread { ${list} } }`,
  Hashtag: (list) => `hashtag(tag: "${crowdTag}") { ${list} }`,
  List: (list) => `list(id: "${listId}") { ${list} }`,
};

/** What else a list has to be asked with. */
const argumentsOf: Record<string, () => string> = { listTimeline: () => `listId: "${listId}", ` };

function edgesIn(data: unknown): unknown[] {
  const [value] = Object.values(data as object) as object[];
  return value && 'edges' in value ? (value.edges as unknown[]) : edgesIn(value);
}

test('every list of the schema costs the same statements and commands at 5 and at 50', async () => {
  listId = await surround(stack.databaseUrls, { alice: alice.id, bob: bob.id, root: rootId, authors });
  await forgetTrends();
  const schema = buildClientSchema(await alice.ask<IntrospectionQuery>(getIntrospectionQuery()));
  const lists = listsOf(schema);
  expect(lists.length).toBeGreaterThan(12);
  const costs = new Map<string, Record<'five' | 'fifty', Cost>>();
  for (const list of lists) costs.set(`${list.type}.${list.field}`, await costsOf(list));
  console.log(Object.fromEntries([...costs].map(([name, { fifty }]) => [name, fifty])));
  const unequal = [...costs].filter(
    ([, { fifty, five }]) => fifty.sql !== five.sql || fifty.redis !== five.redis,
  );
  expect(unequal).toEqual([]);
});

/** They were counted when the processes started; where they are lost they are counted anew. */
async function forgetTrends(): Promise<void> {
  const redis = new Redis(stack.redisUrl);
  const stored = (await redis.keys('*{trends}*')).filter((key) => !key.endsWith(':turn'));
  await redis.del('', ...stored);
  redis.disconnect();
  const trending = '{ trendingPosts(first: 50) { edges { cursor } } }';
  const count = async () =>
    (await alice.ask<{ trendingPosts: { edges: object[] } }>(trending)).trendingPosts.edges.length;
  await expect.poll(count, { timeout: 60_000 }).toBe(50);
}

/** Background work may tick between any two readings, so the least counts; more is not tried once the two agree. */
async function costsOf(list: ListField): Promise<Record<'five' | 'fifty', Cost>> {
  const least = (one: Cost, other: Cost) => ({
    sql: Math.min(one.sql, other.sql),
    redis: Math.min(one.redis, other.redis),
  });
  const never = { sql: Number.POSITIVE_INFINITY, redis: Number.POSITIVE_INFINITY };
  let found = { five: never, fifty: never };
  for (const size of [5, 50]) await readList(list, size);
  for (let round = 0; round < 20; round++) {
    found = {
      five: least(found.five, await costOf(() => readList(list, 5))),
      fifty: least(found.fifty, await costOf(() => readList(list, 50))),
    };
    const isEqual = found.five.sql === found.fifty.sql && found.five.redis === found.fifty.redis;
    if (round > 0 && isEqual) break;
  }
  return found;
}

async function readList({ edge, field, type }: ListField, size: number): Promise<void> {
  const way = waysTo[type];
  if (!way) throw new Error(`There is no way to the lists of ${type} in this test yet.`);
  const data = await alice.ask(
    `query { ${way(`${field}(${argumentsOf[field]?.() ?? ''}first: ${size}) { edges { ${edge} } }`)} }`,
  );
  expect([type, field, edgesIn(data).length]).toEqual([type, field, size]);
}
