import { relationLeaseMs } from '@murmuration/relationships';
import { type Member, signUpCast } from '@murmuration/testing';
import { beforeAll, expect, test, vi } from 'vitest';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';

let stack: Story;
let alice: Member;
let bob: Member;
let posts: string[];
beforeAll(async () => {
  stack = sharedStory();
  ({ alice, bob } = await signUpCast(stack.graphUrl, ['alice', 'bob']));
  await alice.follow(bob);
  posts = [await bob.post('one'), await bob.post('two')];
  await vi.waitUntil(async () => (await home()).edges.length === 2, { timeout: 60_000, interval: 100 });
});

interface Edges {
  edges: { cursor: string; node: { text: string } | null }[];
}

/** The home of alice and what went wrong with it. */
async function home(): Promise<Edges & { codes: (string | undefined)[] }> {
  const { data, errors } = await alice.send<{ homeTimeline: Edges }>(
    '{ homeTimeline(first: 5) { edges { cursor node { text } } } }',
  );
  return { edges: data?.homeTimeline.edges ?? [], codes: codes(errors) };
}
const withoutNodes = {
  edges: [
    { cursor: expect.any(String), node: null },
    { cursor: expect.any(String), node: null },
  ],
  codes: ['DOWNSTREAM_ERROR'],
};

const page = `query ($handle: String!, $id: ID!) {
  user(handle: $handle) { handle displayName posts(first: 5) { edges { cursor node { text } } } }
  post(id: $id) { text author { handle } }
}`;
const codes = (errors: { extensions?: { code?: string } }[]) => [
  ...new Set(errors.map((error) => error.extensions?.code)),
];

test('without `post` people still have profiles; what it owns is null and says why', async () => {
  await stack.kill('post');
  const { data, errors } = await alice.send<Record<string, unknown>>(
    'query ($handle: String!, $id: ID!) { user(handle: $handle) { handle displayName } post(id: $id) { text } }',
    { handle: bob.handle, id: posts[0] },
  );
  expect(data).toEqual({ user: { handle: bob.handle, displayName: bob.handle }, post: null });
  expect(codes(errors)).toEqual(['DOWNSTREAM_ERROR']);
  expect(JSON.stringify(errors)).not.toMatch(/127\.0\.0\.1|ECONN|node_modules/);
  expect(await home()).toEqual(withoutNodes);
  const profile = await alice.send<{ user: object }>(
    'query ($handle: String!) { user(handle: $handle) { handle followerCount postCount posts(first: 5) { edges { cursor } } } }',
    { handle: bob.handle },
  );
  expect(profile.data).toEqual({
    user: { handle: bob.handle, followerCount: 1, postCount: null, posts: null },
  });
  expect(codes(profile.errors)).toEqual(['DOWNSTREAM_ERROR']);
  await stack.start('post');
  expect((await alice.ask<{ post: unknown }>(page, { handle: bob.handle, id: posts[0] })).post).toEqual({
    text: 'one',
    author: { handle: bob.handle },
  });
});

test('without `user` posts are answered for one lease, then never guessed', async () => {
  const read = () =>
    alice.send<{ post: { text: string; author: null } | null }>(
      'query ($id: ID!) { post(id: $id) { text author { handle } } }',
      { id: posts[1] },
    );
  /** Opens the lease, for what alice and bob are to each other is known from then on for its length, and ends `user`. */
  async function readWithinLease() {
    const startedMs = performance.now();
    expect((await read()).errors).toEqual([]);
    await stack.kill('user');
    const answer = await read();
    return { ...answer, tookMs: performance.now() - startedMs };
  }
  let within = await readWithinLease();
  // A machine that stood still may have let the lease end before the second read had its answer.
  for (let times = 1; within.tookMs >= relationLeaseMs && times < 5; times++) {
    await stack.start('user');
    within = await readWithinLease();
  }
  expect(within.data?.post).toEqual({ text: 'two', author: null });
  expect(codes(within.errors)).toEqual(['DOWNSTREAM_ERROR']);

  await new Promise((resolve) => setTimeout(resolve, relationLeaseMs + 500));
  const after = await read();
  expect(after.data?.post).toBeNull();
  expect(codes(after.errors)).toEqual(['DOWNSTREAM_ERROR']);
  expect(await home()).toEqual(withoutNodes);
  await stack.start('user');
  expect((await read()).data?.post).toEqual({ text: 'two', author: { handle: bob.handle } });
});

test('without `timeline` everything but the home is there', async () => {
  await stack.kill('timeline');
  const { data, errors } = await alice.send(
    'query ($id: ID!) { homeTimeline(first: 5) { liveCursor } post(id: $id) { text author { handle } } }',
    { id: posts[0] },
  );
  expect(data).toEqual({ homeTimeline: null, post: { text: 'one', author: { handle: bob.handle } } });
  expect(codes(errors)).toEqual(['DOWNSTREAM_ERROR']);
  await stack.start('timeline');
  expect((await home()).edges).toHaveLength(2);
});
