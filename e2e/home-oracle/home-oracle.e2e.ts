import { existsSync } from 'node:fs';
import { startStack } from '@murmuration/dev';
import { decodeId, encodeId } from '@murmuration/ids';
import { createGraphClient, type GraphClient } from '@murmuration/testing';
import { homeByOracle, loadTruth, readTruth } from '@murmuration/testing/oracle';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
// By path: the seeder is a part of the development tool.
import { seed, seedPassword } from '../../packages/dev/src/seed/index.ts';
import { readHome } from '../support/read-home.ts';
import type { Story } from '../support/stack.ts';

/** A real follow graph where it is at hand; a made-up town elsewhere. */
const reed98 = '../shared/data/socfb-Reed98.edges';
const graph = existsSync(reed98) ? { graphFile: reed98 } : {};
const postsCount = 5_000;
const readersCompared = 20;

let story: Story;
let user: pg.Client;
let post: pg.Client;
let timeline: pg.Client;

beforeAll(async () => {
  const stack = await startStack({
    beforeProcesses: async ({ databaseUrls }) => {
      await seed({ ...graph, postsCount, databases: databaseUrls, onProgress: () => undefined });
    },
  });
  story = { ...stack, graphUrl: `${stack.url}/graphql` };
  [user, post, timeline] = (await Promise.all(
    (['user', 'post', 'timeline'] as const).map(async (name) => {
      const client = new pg.Client({ connectionString: stack.databaseUrls[name] });
      await client.connect();
      return client;
    }),
  )) as [pg.Client, pg.Client, pg.Client];
  await expectProjected();
});
afterAll(async () => {
  await Promise.all([user, post, timeline].map((client) => client?.end()));
  await story?.stop();
});

async function expectProjected(): Promise<void> {
  const count = async (client: pg.Client, sql: string) => Number((await client.query(sql)).rows[0]?.count);
  const isReady = async () =>
    (await count(
      timeline,
      `SELECT count(*) FROM consumer WHERE feed IN ('user', 'post') AND cursor IS NOT NULL
         AND NOT EXISTS (SELECT FROM backfill)`,
    )) === 2 &&
    (await count(timeline, 'SELECT count(*) FROM post_ref')) ===
      (await count(post, 'SELECT count(*) FROM post'));
  await vi.waitUntil(isReady, { timeout: 120_000, interval: 250 });
}

async function signIn(handle: string): Promise<GraphClient> {
  const client = createGraphClient(story.graphUrl);
  const { logIn } = await client.ask<{ logIn: { accessToken: string } }>(
    'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken errors { message } } }',
    { input: { handleOrEmail: handle, password: seedPassword } },
  );
  return client.as(logIn.accessToken);
}

test('the homes of twenty people are what the oracle says of the two truths', async () => {
  await loadTruth(timeline, await readTruth(user, post));
  const { rows: readers } = await user.query<{ id: string; handle: string }>(
    `SELECT id::text, handle FROM (SELECT a.id, a.handle, row_number() OVER (ORDER BY count(f.*) DESC, a.id) AS place,
       count(*) OVER () AS people FROM account a LEFT JOIN follow f ON f.follower_id = a.id AND f.state = 'active'
       GROUP BY a.id) ranked WHERE (place - 1) % (people / ${readersCompared}) = 0 LIMIT ${readersCompared}`,
  );
  expect(readers).toHaveLength(readersCompared);
  let longest = 0;
  for (const { id, handle } of readers) {
    const reader = await signIn(handle);
    const expected = (await homeByOracle(timeline, BigInt(id))).map(
      ({ postId, repostedById }) =>
        `${encodeId('Post', postId)} ${repostedById === null ? '' : encodeId('User', repostedById)}`,
    );
    longest = Math.max(longest, expected.length);
    expect(await readHome(reader, 100, true), `${handle} forwards`).toEqual(expected);
    expect(await readHome(reader, 100, false), `${handle} backwards`).toEqual(expected);
    for (const size of [1, 20]) {
      const some = await readHome(reader, size, true, 6);
      expect(some, `${handle} by ${size}`).toEqual(expected.slice(0, 6 * size));
      const last = await readHome(reader, size, false, 6);
      expect(last, `${handle} back by ${size}`).toEqual(expected.slice(-6 * size));
    }
  }
  expect(longest, 'somebody reads below the cached floor').toBeGreaterThan(800);
});

test('a post by a well-followed author appears in the home of every follower, once', async () => {
  const { rows } = await user.query<{ id: string; handle: string }>(
    `SELECT id::text, handle FROM (SELECT a.id, a.handle, percent_rank() OVER (ORDER BY count(f.*)) AS part
       FROM account a LEFT JOIN follow f ON f.followee_id = a.id AND f.state = 'active' GROUP BY a.id) ranked
     WHERE part >= 0.8 ORDER BY part, id LIMIT 1`,
  );
  const [author] = rows;
  const { rows: followers } = await user.query<{ handle: string }>(
    `SELECT a.handle FROM follow f JOIN account a ON a.id = f.follower_id
     WHERE f.followee_id = $1 AND f.state = 'active' ORDER BY a.id`,
    [author?.id],
  );
  const readers: GraphClient[] = [];
  for (const { handle } of followers) {
    // One after the other: log-in turns away crowds.
    const reader = await signIn(handle);
    // Warm lists, so that the post has to be pushed.
    await readHome(reader, 20, true, 1);
    readers.push(reader);
  }
  const said = await (await signIn(author?.handle ?? '')).ask<{ createPost: { post: { id: string } } }>(
    'mutation { createPost(input: { text: "to everyone" }) { post { id } errors { message } } }',
  );
  const { id } = said.createPost.post;
  expect(decodeId('Post', id)).not.toBeNull();
  const occurrences = async () =>
    Promise.all(
      readers.map(
        async (reader) => (await readHome(reader, 20, true, 1)).filter((entry) => entry === `${id} `).length,
      ),
    );
  await expect.poll(occurrences).toEqual(readers.map(() => 1));
});
