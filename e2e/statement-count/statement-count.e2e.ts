import { type Member, signUpCast } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countersOf } from '../support/counters.ts';
import { startStory, type Story } from '../support/stack.ts';

let stack: Story;
let alice: Member;
let bob: Member;
beforeAll(async () => {
  stack = await startStory();
  const cast = await signUpCast(stack.graphUrl, ['alice', 'bob', 'carol', 'dave']);
  ({ alice, bob } = cast);
  const root = await bob.post('What does everyone think?');
  for (let number = 0; number < 50; number++) {
    const author = [cast.bob, cast.carol, cast.dave][number % 3] ?? cast.bob;
    await author.post(`Answer ${number}`, { replyToId: root });
  }
  rootId = root;
});
let rootId: string;
afterAll(() => stack.stop());

const page = `query ($id: ID!, $size: Int!) { post(id: $id) { thread { replies(first: $size) { edges { node {
  text createdAt author { handle displayName }
  likeCount replyCount repostCount quoteCount viewerHasLiked viewerHasReposted
} } } } } }`;

async function costOf(size: number): Promise<Record<'sql' | 'redis', number>> {
  const before = await countersOf(stack);
  const answer = await alice.ask<{ post: { thread: { replies: { edges: { node: { text: string } }[] } } } }>(
    page,
    {
      id: rootId,
      size,
    },
  );
  expect(answer.post.thread.replies.edges).toHaveLength(size);
  const after = await countersOf(stack);
  return { sql: after.sql - before.sql, redis: after.redis - before.redis };
}

test('a page of 50 costs the same statements and commands as a page of 10', async () => {
  await costOf(10);
  await costOf(50);
  // Background work may tick between two readings: the least of a few tries is what the page costs.
  const least = async (size: number) => {
    const tries = [await costOf(size), await costOf(size), await costOf(size), await costOf(size)];
    const leastOf = (name: 'sql' | 'redis') => Math.min(...tries.map((cost) => cost[name]));
    return { sql: leastOf('sql'), redis: leastOf('redis') };
  };
  const [ten, fifty] = [await least(10), await least(50)];
  console.log('a page of 10:', ten, 'a page of 50:', fifty);
  expect(fifty).toEqual(ten);
  expect(ten.sql).toBeGreaterThan(0);
  expect(ten.sql).toBeLessThanOrEqual(10);
});
