import { type Member, signUpCast } from '@murmuration/testing';
import { beforeAll, expect, test, vi } from 'vitest';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';

let stack: Story;
let alice: Member;
let bob: Member;
beforeAll(async () => {
  stack = sharedStory();
  ({ alice, bob } = await signUpCast(stack.graphUrl, ['alice', 'bob']));
});

const timeline = `query ($handle: String!) { user(handle: $handle) {
  followerCount viewerRelation { isFollowing } posts(first: 5) { edges { node { text likeCount viewerHasLiked } } } } }`;

test('without Redis everything answers, blocks hold, and it is used again when it is back', async () => {
  await alice.follow(bob);
  const post = await bob.post('Still here');
  const before = await alice.ask(timeline, { handle: bob.handle });

  await stack.redis?.kill();
  expect(await alice.ask(timeline, { handle: bob.handle })).toEqual(before);
  await alice.ask(`mutation ($id: ID!) { likePost(input: { postId: $id }) { errors { message } } }`, {
    id: post,
  });
  expect(await alice.ask(timeline, { handle: bob.handle })).toMatchObject({
    user: { posts: { edges: [{ node: { likeCount: 1, viewerHasLiked: true } }] } },
  });
  await bob.block(alice);
  expect(await alice.ask(timeline, { handle: bob.handle })).toEqual({ user: null });

  await stack.redis?.start();
  await bob.ask(`mutation ($id: ID!) { unblockUser(input: { userId: $id }) { errors { message } } }`, {
    id: alice.id,
  });
  await vi.waitFor(
    async () =>
      expect(await alice.ask(timeline, { handle: bob.handle })).toMatchObject({
        user: { posts: { edges: [{ node: { text: 'Still here' } }] } },
      }),
    { timeout: 60_000, interval: 250 },
  );
});
