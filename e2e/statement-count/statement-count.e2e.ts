import { type Member, signUpCast } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countersOf } from '../support/counters.ts';
import { startStory, type Story } from '../support/stack.ts';

let stack: Story;
let alice: Member;
let rootId: string;
beforeAll(async () => {
  stack = await startStory();
  const cast = await signUpCast(stack.graphUrl, ['alice', 'bob', 'carol', 'dave']);
  ({ alice } = cast);
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

async function costOf(read: Read, size: number): Promise<Record<'sql' | 'redis', number>> {
  const before = await countersOf(stack);
  const { edges } = await read(size);
  const after = await countersOf(stack);
  expect(edges.filter(({ node: seen }) => seen?.author)).toHaveLength(size);
  return { sql: after.sql - before.sql, redis: after.redis - before.redis };
}

/** Background work may tick between two readings: the least of a few tries is what the page costs. */
async function leastOf(read: Read, size: number): Promise<Record<'sql' | 'redis', number>> {
  await costOf(read, size);
  const tries: Record<'sql' | 'redis', number>[] = [];
  for (let count = 0; count < 5; count++) tries.push(await costOf(read, size));
  const least = (name: 'sql' | 'redis') => Math.min(...tries.map((cost) => cost[name]));
  return { sql: least('sql'), redis: least('redis') };
}

test.each([
  ['of a thread', readThread],
  ['of a home timeline', readHome],
])('a page %s of 50 costs the same statements and commands as one of 10', async (what, read) => {
  await expect.poll(async () => (await read(50)).edges.length, { timeout: 20_000 }).toBe(50);
  const [ten, fifty] = [await leastOf(read, 10), await leastOf(read, 50)];
  console.log(`a page ${what} of 10:`, ten, 'of 50:', fifty);
  expect(fifty).toEqual(ten);
  expect(ten.sql).toBeGreaterThan(0);
  expect(ten.sql).toBeLessThanOrEqual(12);
});
