import { decodeId } from '@murmuration/ids';
import {
  castPassword,
  type Member,
  signUpCast,
  tracesInDatabase,
  tracesInRedis,
  unzip,
} from '@murmuration/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import { beforeAll, expect, test, vi } from 'vitest';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';

const patience = { timeout: 150_000, interval: 250 };
/** Where a number may stand that leads to nothing: what tells of it, and what is retired within days. */
const mayName = {
  user: ['erasure', 'outbox'],
  post: ['erasure', 'outbox'],
  timeline: ['erasure', 'timeline_event'],
} as const;

let stack: Story;
let cast: Record<'zoe' | 'bob' | 'carol', Member>;
beforeAll(async () => {
  stack = sharedStory();
  cast = await signUpCast(stack.graphUrl, ['zoe', 'bob', 'carol']);
});

async function rows(database: keyof typeof mayName, sql: string, values: unknown[] = []): Promise<object[]> {
  const client = new pg.Client({ connectionString: stack.databaseUrls[database] });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const change = (name: string, who: Member, input: Record<string, unknown>, fields = '') =>
  who.ask<Record<string, { errors: unknown[] }>>(
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { done: ${name}(input: $input) { ${fields} errors { code } } }`,
    { input },
  );

/** All that the person may have of themselves, as the three subgraphs have it. */
async function exportOf(who: Member): Promise<Map<string, string>> {
  await change('requestAccountExport', who, { password: castPassword });
  await change('confirmIdentity', who, { password: castPassword });
  const url = await vi.waitUntil(async () => {
    const { viewer } = await who.ask<{ viewer: { accountExport: { url: string | null } } }>(
      '{ viewer { accountExport { url } } }',
    );
    return viewer.accountExport.url;
  }, patience);
  return unzip(await (await fetch(url)).bytes());
}

test('of whom was erased no row, no event’s text and no key is left in any store, whatever dies meanwhile', async () => {
  const { bob, carol, zoe } = cast;
  const id = String(decodeId('User', zoe.id));
  await change('updateProfile', zoe, { displayName: 'Zoë Unlikely', bio: 'an unlikely biography' });
  await Promise.all([zoe.follow(bob), bob.follow(zoe), carol.follow(zoe)]);
  const kept = await bob.post('Bob’s own words');
  const secret = await zoe.post('An unlikely secret #unlikelytag', { idempotencyKey: 'unlikely-key' });
  await zoe.post('An unlikely answer', { replyToId: kept });
  const answer = await bob.post('Well, well', { replyToId: secret });
  await carol.post('Look', { quotedId: secret });
  await bob.post(`Only for you, @${zoe.handle}`, { visibility: 'MENTIONED' });
  const poll = { options: ['An unlikely yes', 'No'], durationMinutes: 60 };
  await zoe.post('An unlikely question', { poll });
  const asked = await bob.post('Tea?', { poll: { ...poll, options: ['Yes', 'No'] } });
  for (const voter of [zoe, carol]) await change('castVote', voter, { postId: asked, choices: [0] });
  await change('muteUser', zoe, { userId: carol.id });
  await rows(
    'user',
    `INSERT INTO passkey (account_id, credential_id, public_key, sign_count, transports, is_synced, name)
      VALUES ($1, '', '', 0, '{}', false, 'An unlikely key ring')`,
    [id],
  );
  await change('muteWord', zoe, { text: 'unlikelyword' });
  const home = '{ homeTimeline(first: 20) { edges { cursor } } }';
  await vi.waitUntil(async () => {
    const { homeTimeline } = await zoe.ask<{ homeTimeline: { edges: object[] } }>(home);
    return homeTimeline.edges.length >= 4;
  }, patience);

  const files = await exportOf(zoe);
  const linesOf = (name: string) => (files.get(name) ?? '').split('\n').filter(Boolean);
  expect(linesOf('user/account.ndjson')[0]).toContain('an unlikely biography');
  expect(linesOf('post/posts.ndjson').map((line) => JSON.parse(line).text)).toEqual([
    'An unlikely secret #unlikelytag',
    'An unlikely answer',
    'An unlikely question',
  ]);
  expect(linesOf('post/polls.ndjson')).toHaveLength(1);
  expect(linesOf('post/votes.ndjson')).toHaveLength(1);
  expect(linesOf('timeline/muted-words.ndjson')).toHaveLength(1);
  expect([...files.values()].join()).not.toContain('Bob’s own words');

  await change('deleteAccount', zoe, { password: castPassword });
  const profile = `{ user(handle: "${zoe.handle}") { id } node(id: "${secret}") { id } }`;
  expect(await bob.ask(profile)).toEqual({ user: null, node: null });
  // Their access token is no good anywhere any more.
  await vi.waitUntil(async () => (await zoe.send('{ viewer { id } }')).status === 401, patience);

  const texts = ['unlikely', `${zoe.handle}@example.org`];
  const held = await Promise.all(
    Object.values(stack.databaseUrls).map((url) => tracesInDatabase(url, [...texts, id])),
  );
  expect(held.every((found) => found[id])).toBe(true);

  // As if thirty days had passed, while `post` is away and the worker has just died.
  await stack.kill('post');
  await stack.kill('user-worker');
  await rows('user', 'UPDATE account SET erase_at = now() WHERE id = $1', [id]);
  await stack.start('user-worker');
  await vi.waitUntil(async () => (await rows('user', 'SELECT 1 FROM erasure')).length === 1, patience);
  await stack.start('post');
  await vi.waitUntil(
    async () => (await rows('post', 'SELECT 1 FROM erasure WHERE finished_at IS NOT NULL')).length === 1,
    patience,
  );
  await vi.waitUntil(async () => {
    const left = await rows(
      'timeline',
      'SELECT 1 FROM account WHERE id = $1 UNION ALL SELECT 1 FROM erasure WHERE erased_at IS NULL',
      [id],
    );
    return left.length === 0;
  }, patience);

  for (const name of ['user', 'post', 'timeline'] as const) {
    const found = await tracesInDatabase(stack.databaseUrls[name], [...texts, id]);
    const { [id]: named = [], ...texted } = found;
    expect(texted, `texts in ${name}`).toEqual({});
    const allowed: readonly string[] = mayName[name];
    expect(
      named.filter((table) => !allowed.includes(table)),
      `the number in ${name}`,
    ).toEqual([]);
  }
  const redis = new Redis(stack.redisUrl);
  try {
    expect(await tracesInRedis(redis, [...texts, id])).toEqual({});
  } finally {
    redis.disconnect();
  }

  // Others have what is theirs, and the thread its shape.
  const seen = await bob.ask(
    `{ viewer { user { followerCount followingCount } } post(id: "${answer}") { text }
      asked: post(id: "${asked}") { poll { voterCount } } kept: post(id: "${kept}") { text replyCount } secret: post(id: "${secret}") { id } }`,
  );
  expect(seen).toEqual({
    viewer: { user: { followerCount: 0, followingCount: 0 } },
    post: { text: 'Well, well' },
    asked: { poll: { voterCount: 1 } },
    kept: { text: 'Bob’s own words', replyCount: 0 },
    secret: null,
  });
});
