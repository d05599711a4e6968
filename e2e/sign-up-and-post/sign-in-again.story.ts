import { castPassword, createGraphClient, type Member, signUpCast } from '@murmuration/testing';
import { beforeAll, expect, test } from 'vitest';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';

let stack: Story;
let alice: Member;
let bob: Member;
let eve: Member;
beforeAll(async () => {
  stack = sharedStory();
  ({ alice, bob, eve } = await signUpCast(stack.graphUrl, ['alice', 'bob', 'eve']));
  await bob.follow(alice);
  await alice.ask('mutation { updateProfile(input: { isPrivate: true }) { errors { message } } }');
  await alice.post('For those who follow me', { visibility: 'FOLLOWERS' });
  await alice.post('Hello');
  await alice.block(eve);
});

const session = `accessToken refreshToken errors { message }
  user { handle
    posts(first: 5) { edges { node { text author { handle viewerRelation { isFollowing } } } } }
    followers(first: 5) { edges { node { handle } } } }`;
const logIn = `mutation ($handle: String!, $password: String!) {
  session: logIn(input: { handleOrEmail: $handle, password: $password }) { ${session} } }`;

interface Answer {
  session: { accessToken: string; refreshToken: string };
}

function ownView() {
  const author = { handle: alice.handle, viewerRelation: null };
  const posts = ['Hello', 'For those who follow me'].map((text) => ({ node: { text, author } }));
  return {
    session: {
      errors: [],
      user: {
        handle: alice.handle,
        posts: { edges: posts },
        followers: { edges: [{ node: { handle: bob.handle } }] },
      },
    },
  };
}

test('whoever signs in sees their own account in the same answer, by whatever token they ask', async () => {
  const variables = { handle: alice.handle, password: castPassword };
  for (const asker of [createGraphClient(stack.graphUrl), eve, bob, alice]) {
    const { data, errors } = await asker.send<Answer>(logIn, variables);
    expect(errors).toEqual([]);
    expect(data).toMatchObject(ownView());
  }
});

test('so does whoever comes back with a refresh token', async () => {
  const { data, errors } = await eve.send<Answer>(
    `mutation ($token: String!) { session: refreshSession(input: { refreshToken: $token }) { ${session} } }`,
    { token: alice.refreshToken },
  );
  expect(errors).toEqual([]);
  expect(data).toMatchObject(ownView());
});

test('two who sign in at once are each told nothing by the eyes of the other', async () => {
  const { data } = await createGraphClient(stack.graphUrl).send(
    `mutation ($alice: String!, $eve: String!, $password: String!) {
      a: logIn(input: { handleOrEmail: $alice, password: $password }) { user { posts(first: 5) { edges { node { text } } } } }
      b: logIn(input: { handleOrEmail: $eve, password: $password }) { user { handle } } }`,
    { alice: alice.handle, eve: eve.handle, password: castPassword },
  );
  expect(data).toMatchObject({ a: { user: { posts: { edges: [] } } }, b: { user: { handle: eve.handle } } });
});
