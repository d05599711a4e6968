import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type Name, type World } from './world.ts';

let world: World;
let root = '';
let statements: string[] = [];
beforeAll(async () => {
  world = await createWorld({ onStatement: (sql) => statements.push(sql) });
  await writeConversation();
});
afterAll(() => world.close());

const names = ['alice', 'bob', 'carol', 'dave'] as const satisfies Name[];

/** 60 posts by everybody, each a reply to and a quote of others, with mentions, likes and reposts. */
async function writeConversation(): Promise<void> {
  const ids: string[] = [];
  for (let index = 0; index < 60; index++) {
    root = ids[0] ?? '';
    const id = await world.say(names[index % 4] as Name, {
      text: `Number ${index} for @${names[(index + 1) % 4]} #count`,
      replyToId: ids.at(index < 56 ? 0 : -1),
      quotedId: ids.at(index % 2 ? 0 : index / 2),
      ...(index % 3 === 0 && { poll: { options: ['This', 'That'], durationMinutes: 60 } }),
    });
    ids.push(id);
    await world.act('alice', 'likePost', id);
    await world.act('bob', 'createRepost', id);
  }
}

const post = `id text createdAt author { id } likeCount replyCount repostCount quoteCount viewerHasLiked
  viewerHasReposted poll { voterCount options { voteCount viewerHasChosen } } facets { ... on MentionFacet { user { id } } }`;
const pageQueries = {
  'under a hashtag': `query ($first: Int!) { hashtag(tag: "count") { posts(first: $first) { edges { node { ${post} } } } } }`,
  'of replies': `query ($first: Int!, $root: ID!) { post(id: $root) { thread { replies(first: $first) { edges { node { ${post} } } } } } }`,
  'of quotes': `query ($first: Int!, $root: ID!) { post(id: $root) { quotes(first: $first) { edges { node { ${post} } } } } }`,
  'of posts and reposts': `query ($first: Int!) { _entities(representations: [{ __typename: "User", id: "usr_00000000002" }]) {
    ... on User { posts(first: $first, reposts: true) { edges { repostedAt node { ${post} } } } } } }`,
  'of several people': `query ($first: Int!) { _entities(representations: [${[1, 2, 3, 4]
    .map((number) => `{ __typename: "User", id: "usr_0000000000${number}" }`)
    .join()}]) { ... on User { postCount posts(first: $first) { edges { node { ${post} } } } } } }`,
};
const deepQuery = `query ($first: Int!) { hashtag(tag: "count") { posts(first: $first) { edges { node {
  ${post} replyTo { ${post} } quoted { ${post} }
  thread { ancestors { post { ${post} } } replies(first: 3) { edges { node { ${post} } } } } } } } } }`;

/** What connections ask for themselves, and the hints of writes, which nobody waits for. */
const ownCommands = new Set(['config', 'info', 'hello', 'select', 'client', 'ping', 'publish']);

/** How often the test's own server ran each command since its statistics began anew. */
async function commandsRun(): Promise<Record<string, number>> {
  const stats = await world.cached.client.info('commandstats');
  const counts = [...stats.matchAll(/^cmdstat_([a-z|]+):calls=(\d+)/gm)].map(
    ([, command = '', calls]) => [command, Number(calls)] as const,
  );
  return Object.fromEntries(counts.filter(([command]) => !ownCommands.has(command.split('|')[0] ?? '')));
}

/** What one operation costs: SQL statements, Redis commands and calls of `user`. */
async function costOf(query: string, first: number) {
  await world.cached.client.config('RESETSTAT');
  statements = [];
  world.people.calls = 0;
  const answer = await world.run('alice', query, { first, root });
  expect(answer.codes).toEqual([]);
  const posts = JSON.stringify(answer.data).split('"text"').length;
  return { posts, sql: statements.length, redis: await commandsRun(), calls: world.people.calls };
}

it.each(Object.entries(pageQueries))('a page %s costs the same whatever its size', async (_name, query) => {
  const small = await costOf(query, 10);
  const large = await costOf(query, 50);
  expect(large.posts).toBeGreaterThan(small.posts);
  expect({ ...large, posts: 0 }).toEqual({ ...small, posts: 0 });
  expect(small.sql).toBeLessThanOrEqual(5);
  expect(small.redis['hmget']).toBeGreaterThan(0);
  expect(small.redis['hmget']).toBeLessThanOrEqual(2);
});

it('a page with threads, quotes and all costs no more than its levels', async () => {
  // What arrives at different times goes in different batches, so this is a bound and not one number.
  for (const first of [10, 50]) expect((await costOf(deepQuery, first)).sql).toBeLessThanOrEqual(16);
});
