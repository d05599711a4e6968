import { relationLeaseMs } from '@murmuration/relationships';
import { type Member, signUpCast } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStory, type Story } from '../support/stack.ts';

let stack: Story;
let alice: Member;
let bob: Member;
let posts: string[];
beforeAll(async () => {
  stack = await startStory();
  ({ alice, bob } = await signUpCast(stack.graphUrl, ['alice', 'bob']));
  posts = [await bob.post('one'), await bob.post('two')];
});
afterAll(() => stack.stop());

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
  // Opens the lease: what alice and bob are to each other is known from here on for its length.
  expect((await read()).errors).toEqual([]);
  await stack.kill('user');
  const within = await read();
  expect(within.data?.post).toEqual({ text: 'two', author: null });
  expect(codes(within.errors)).toEqual(['DOWNSTREAM_ERROR']);

  await new Promise((resolve) => setTimeout(resolve, relationLeaseMs + 500));
  const after = await read();
  expect(after.data?.post).toBeNull();
  expect(codes(after.errors)).toEqual(['DOWNSTREAM_ERROR']);
  await stack.start('user');
  expect((await read()).data?.post).toEqual({ text: 'two', author: { handle: bob.handle } });
});
