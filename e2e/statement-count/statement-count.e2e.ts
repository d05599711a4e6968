import { type Member, signUpCast } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countersOf } from '../support/counters.ts';
import { startStory, type Story } from '../support/stack.ts';

let stack: Story;
let alice: Member;
let bob: Member;
let rootId: string;
beforeAll(async () => {
  stack = await startStory();
  const cast = await signUpCast(stack.graphUrl, ['alice', 'bob', 'carol', 'dave']);
  ({ alice, bob } = cast);
  for (const author of [cast.bob, cast.carol, cast.dave]) await alice.follow(author);
  const root = await cast.bob.post('What does everyone think?');
  for (let number = 0; number < 50; number++) {
    const author = [cast.bob, cast.carol, cast.dave][number % 3] ?? cast.bob;
    await author.post(`Answer ${number}`, { replyToId: root });
  }
  rootId = root;
});
afterAll(() => stack.stop());

const node = `text createdAt author { handle displayName }
  likeCount replyCount repostCount quoteCount viewerHasLiked viewerHasReposted`;
const threadPage = `query ($id: ID!, $size: Int!) { post(id: $id) { thread { replies(first: $size) { edges { node {
  ${node} } } } } } }`;
const homePage = `query ($size: Int!) { homeTimeline(first: $size) {
  edges { cursor node { ${node} } repostedBy { handle } } pageInfo { hasNextPage } liveCursor } }`;

interface Edges {
  edges: { node: { text: string; author: { handle: string } | null } | null }[];
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

/** Statements and round trips of what people do most: a hint of the feed's news is the only command of a write. */
test.each([
  // The person, their counts, their posts with all that is shown of them, how many these are, their authors.
  ['a profile with ten posts', () => alice.ask(profilePage, { handle: bob.handle }), { sql: 5, redis: 1 }],
  ['a post', () => bob.post('Just this.'), { sql: 1, redis: 1 }],
  [
    'a post with a key',
    () => bob.post('Once.', { idempotencyKey: crypto.randomUUID() }),
    { sql: 2, redis: 1 },
  ],
  ['an answer', () => alice.post('Yes.', { replyToId: rootId }), { sql: 2, redis: 2 }],
])('%s costs so many statements and commands', async (_what, act, cost) => {
  expect(await leastOf(act)).toEqual(cost);
});
