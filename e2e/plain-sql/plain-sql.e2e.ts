import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createGraphClient, type GraphClient } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seed, seedPassword } from '../../packages/dev/src/seed/index.ts';
import { startStory, type Story } from '../support/stack.ts';
import { createExpectation } from './expected.ts';
import { type Facts, postId, readFacts, userId } from './facts.ts';

const graphFile = fileURLToPath(new URL('../../../shared/data/socfb-Reed98.edges', import.meta.url));
const pageSize = 30;

let story: Story;
let facts: Facts;
let alice: GraphClient;
let stranger: GraphClient;
const anonymous = () => createGraphClient(story.graphUrl);

beforeAll(async () => {
  story = await startStory();
  const isThere = existsSync(graphFile);
  if (!isThere) console.log('The shared graph is not here: this story is told with a generated town.');
  await seed({
    ...(isThere && { graphFile, postsCount: 9_620 }),
    databases: story.databaseUrls,
    onProgress: () => {},
  });
  alice = await signIn('alice');
  // Somebody who follows alice and is followed: there is something for the block to take away.
  facts = await readFacts(story);
  const aliceId = facts.people.get('alice')?.id;
  const follower = facts.follows.find(({ followee }) => followee === aliceId)?.follower;
  const handle = facts.handles.get(follower ?? '') ?? '';
  stranger = await signIn(handle);
  await alice.ask('mutation ($id: ID!) { blockUser(input: { userId: $id }) { errors { message } } }', {
    id: userId(follower ?? ''),
  });
  facts = await readFacts(story);
  viewers = [
    ['alice', facts.people.get('alice') ?? null, alice],
    ['anonymous', null, anonymous()],
    ['someone alice blocked', facts.people.get(handle) ?? null, stranger],
  ];
});
let viewers: [string, Parameters<typeof createExpectation>[1], GraphClient][];
afterAll(() => story.stop());

async function signIn(handleOrEmail: string): Promise<GraphClient> {
  const { logIn } = await anonymous().ask<{ logIn: { accessToken: string } }>(
    'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken errors { message } } }',
    { input: { handleOrEmail, password: seedPassword } },
  );
  return anonymous().as(logIn.accessToken);
}

const node = `id text author { handle } likeCount replyCount repostCount quoteCount viewerHasLiked viewerHasReposted`;
const profile = `query ($handle: String!, $size: Int!) { user(handle: $handle) {
  handle displayName bio followerCount followingCount postCount
  viewerRelation { isFollowing isFollowedBy isBlocking }
  followers(first: $size) { edges { node { handle } } }
  following(first: $size) { edges { node { handle } } }
  posts(first: $size) { edges { node { ${node} } } } } }`;
const thread = `query ($id: ID!, $size: Int!) { post(id: $id) { thread {
  ancestors { post { id } } replies(first: $size) { edges { node { ${node} } } } } } }`;

test('profiles, posts, followers, counts and viewer state equal plain SQL, whoever looks', async () => {
  const everyone = [...facts.people.values()];
  const step = Math.floor(everyone.length / 20);
  const sample = everyone.filter((_person, place) => place % step === 0).slice(0, 20);
  const alicesFacts = facts.people.get('alice');
  if (alicesFacts) sample.push(alicesFacts);
  for (const [, viewer, client] of viewers) {
    const expected = createExpectation(facts, viewer);
    for (const person of sample) {
      const answer = await client.ask(profile, { handle: person.handle, size: pageSize });
      expect(answer).toEqual({ user: expected.profile(person, pageSize) });
    }
  }
});

test('threads equal plain SQL, whoever looks', async () => {
  const busiest = facts.posts.toSorted((a, b) => b.reply_count - a.reply_count).slice(0, 10);
  const deep = facts.posts.filter((post) => post.reply_to_id !== null && post.reply_count > 0).slice(0, 10);
  const aliceId = facts.people.get('alice')?.id;
  const own = facts.posts.filter((post) => post.author_id === aliceId).slice(0, 5);
  for (const [, viewer, client] of viewers) {
    const expected = createExpectation(facts, viewer);
    for (const post of [...busiest, ...deep, ...own]) {
      const answer = await client.ask(thread, { id: postId(post.id), size: pageSize });
      expect(answer).toEqual({ post: expected.thread(post, pageSize) });
    }
  }
});
