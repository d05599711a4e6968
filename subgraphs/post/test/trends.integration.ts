import { idAt } from '@murmuration/ids';
import { createLogger } from '@murmuration/service-kit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { rollUpCounts } from '../src/housekeeping/roll-up.ts';
import { trendLimits } from '../src/trends/limits.ts';
import { createTrendKeeper } from '../src/trends/trends.ts';
import { at, cast, createWorld, type Name, type World } from './world.ts';

const everyone = Object.keys(cast) as Name[];
let world: World;
beforeAll(async () => {
  world = await createWorld({
    // As if each look came long after the one before.
    trends: { authors: 2, reactions: 2, heldMs: 0, everyMs: 1, keptMs: 60_000 },
    blockedTags: ['spam'],
  });
});
beforeEach(async () => {
  world.people.clear();
  world.people.isAway = false;
  await world.redis.client.flushdb();
  for (const table of ['post', 'post_hashtag', 'post_like', 'repost', 'post_count', 'post_count_delta'])
    await world.database.$executeRawUnsafe(`DELETE FROM ${table}`);
});
afterAll(() => world.close());

/** The trends are counted for everybody by a chore; until then a look counts them itself. */
const refresh = async () => {
  await rollUpCounts(world.database);
  await world.redis.client.flushdb();
  await world.services.trendKeeper.refresh(world.database);
};

interface Edges {
  edges: { cursor: string; node: { tag?: string; text?: string } | null; authorCount?: number }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}
const list = async (name: Name | null, field: string, args: string, edge: string): Promise<Edges> => {
  const answer = await world.run(
    name,
    `{ list: ${field}(${args}) { edges { cursor ${edge} } pageInfo { endCursor hasNextPage } } }`,
  );
  expect(answer.codes).toEqual([]);
  return at(answer, 'list') as Edges;
};
const tags = async (args = 'first: 10', name: Name | null = null) =>
  (await list(name, 'trendingHashtags', args, 'node { tag } authorCount')).edges.map(
    ({ authorCount, node }) => `${node?.tag} ${authorCount}`,
  );
const posts = async (name: Name | null = null, args = 'first: 10') =>
  (await list(name, 'trendingPosts', args, 'node { text }')).edges.map(({ node }) => node?.text);

async function liked(author: Name, text: string, by: readonly Name[]): Promise<string> {
  const id = await world.say(author, text);
  for (const name of by) expect(await world.act(name, 'likePost', id)).toEqual([]);
  return id;
}

test('hashtags count the people who use them in public, each once, and none that is blocked', async () => {
  for (const name of everyone) await world.say(name, 'so #Eggs and #spam');
  for (let times = 0; times < 5; times++) await world.say('alice', 'again #alone and #alone');
  for (const name of ['alice', 'bob'] as const) await world.say(name, '#ham');
  for (const name of ['carol', 'dave'] as const)
    await world.say(name, { text: '#secret', visibility: 'FOLLOWERS' });
  const gone = [await world.say('alice', '#gone'), await world.say('bob', '#gone')];
  await world.act('bob', 'deletePost', gone[1] ?? '');
  await refresh();
  expect(await tags()).toEqual(['eggs 4', 'ham 2']);
  // Page by page as well.
  const first = await list('bob', 'trendingHashtags', 'first: 1', 'node { tag }');
  expect(first.pageInfo.hasNextPage).toBe(true);
  expect(await tags(`first: 1, after: "${first.pageInfo.endCursor}"`)).toEqual(['ham 2']);
  expect(await tags('last: 1')).toEqual(['ham 2']);
});

test('private and suspended people make no trend, nor do they have posts in it', async () => {
  for (const name of everyone) await world.say(name, '#eggs');
  await liked('dave', 'of dave', ['alice', 'bob']);
  await liked('carol', 'of carol', ['alice', 'bob', 'dave']);
  world.people.makePrivate('dave', 'alice');
  world.people.relate(null, 'carol', 'authorSuspended');
  await refresh();
  expect(await tags()).toEqual(['eggs 2']);
  expect(await posts()).toEqual([]);
});

test('posts are those that many like and repost, and each viewer sees what is there for them now', async () => {
  await liked('alice', 'liked by two', ['bob', 'carol']);
  const best = await liked('bob', 'liked by three', ['alice', 'carol', 'dave']);
  await liked('carol', 'liked by one', ['alice']);
  await liked('dave', 'liked by four', everyone);
  await refresh();
  expect(await posts()).toEqual(['liked by four', 'liked by three', 'liked by two']);
  expect(await posts('carol', 'first: 2')).toEqual(['liked by four', 'liked by three']);
  world.people.block('carol', 'bob');
  world.people.relate('carol', 'dave', 'viewerMutes');
  expect(await posts('carol')).toEqual(['liked by two']);
  expect(await posts('bob')).toEqual(['liked by four', 'liked by three', 'liked by two']);
  await world.act('bob', 'deletePost', best);
  expect(await posts()).toEqual(['liked by four', 'liked by two']);
});

test('what Redis lost is counted anew, and nobody’s privacy is guessed', async () => {
  for (const name of everyone) await world.say(name, '#eggs');
  await world.redis.client.flushdb();
  expect(await tags()).toEqual(['eggs 4']);
  // It is there for all from then on.
  for (const name of everyone) await world.say(name, '#ham');
  expect(await tags()).toEqual(['eggs 4']);
  await world.redis.client.flushdb();
  world.people.isAway = true;
  const away = await world.run(null, '{ trendingHashtags(first: 3) { edges { cursor } } }');
  expect(away).toMatchObject({ data: { trendingHashtags: null }, codes: ['DOWNSTREAM_ERROR'] });
});

test('what is too old is no trend', async () => {
  const [a, b] = [idAt(Date.now() - 25 * 3_600_000), idAt(Date.now() - 25 * 3_600_000) + 1n];
  for (const [id, author] of [
    [a, cast.alice],
    [b, cast.bob],
  ])
    await world.database.$executeRaw`WITH p AS (INSERT INTO post (id, author_id, root_id, text)
      VALUES (${id}, ${author}, ${id}, '#old') RETURNING id) INSERT INTO post_hashtag (tag, post_id) SELECT 'old', id FROM p`;
  await refresh();
  expect(await tags()).toEqual([]);
});

test('while nobody can tell who is private they are counted in vain once in a while, not for whoever asks', async () => {
  for (const name of ['alice', 'bob'] as const) await world.say(name, '#ham');
  let asked = 0;
  const keeper = createTrendKeeper({
    database: world.database,
    redis: world.redis,
    logger: createLogger('post', 'silent'),
    relationships: { read: () => Promise.reject(new Error(`away ${++asked}`)) },
    limits: { ...trendLimits, authors: 2, heldMs: 60_000 },
    blockedTags: new Set(),
  });
  for (let times = 0; times < 3; times++) await expect(keeper.read()).rejects.toThrow('away 1');
  expect(asked).toBe(1);
});
