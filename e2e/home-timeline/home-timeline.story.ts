import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Member, signUpCast } from '@murmuration/testing';
import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';

const homeQuery = `query Home($first: Int) { homeTimeline(first: $first) {
  edges { cursor node { text author { handle displayName } likeCount viewerHasLiked } repostedBy { handle } }
  pageInfo { hasNextPage } liveCursor } }`;

interface Home {
  homeTimeline: {
    edges: {
      cursor: string;
      node: { text: string; author: { handle: string } | null } | null;
      repostedBy: { handle: string } | null;
    }[];
    pageInfo: { hasNextPage: boolean };
    liveCursor: string;
  };
}

let story: Story;
let cast: Record<'alice' | 'bob' | 'carol' | 'dave', Member>;

beforeAll(async () => {
  story = sharedStory();
  cast = await signUpCast(story.graphUrl, ['alice', 'bob', 'carol', 'dave']);
});

async function textsOf(member: Member): Promise<(string | undefined)[]> {
  const { homeTimeline } = await member.ask<Home>(homeQuery, { first: 20 });
  return homeTimeline.edges.map(({ node }) => node?.text);
}

test('what bob posts is in the home of alice, who follows him, and not in that of carol', async () => {
  const { alice, bob, carol } = cast;
  await alice.follow(bob);
  await bob.post('hello from bob');
  await expect.poll(() => textsOf(alice)).toEqual(['hello from bob']);
  expect(await textsOf(carol)).toEqual([]);
  const { homeTimeline } = await alice.ask<Home>(homeQuery, { first: 20 });
  expect(homeTimeline.edges[0]?.node?.author?.handle).toBe(bob.handle);
});

test('whoever brings the position of a write back reads what they wrote at once', async () => {
  const { carol } = cast;
  const ask = async (query: string, position?: string) => {
    const answer = await fetch(story.graphUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${carol.accessToken}`,
        ...(position && { 'graph-position': position }),
      },
      body: JSON.stringify({ query }),
    });
    return { position: answer.headers.get('graph-position') ?? '', body: await answer.text() };
  };
  for (let count = 0; count < 10; count++) {
    const text = `mine ${count}`;
    const { position } = await ask(`mutation { createPost(input: { text: "${text}" }) { post { id } } }`);
    expect(position).not.toBe('');
    const home = await ask('{ homeTimeline(first: 1) { edges { node { text } } } }', position);
    expect(home.body).toContain(text);
  }
});

test('a block empties the home before it is acknowledged', async () => {
  const { alice, bob } = cast;
  await bob.block(alice);
  expect(await textsOf(alice)).toEqual([]);
});

test('with the worker killed reads stay right, and what was missed comes when it is back', async () => {
  const { alice, dave } = cast;
  await alice.follow(dave);
  await dave.post('one');
  await expect.poll(() => textsOf(alice)).toEqual(['one']);
  await story.kill('timeline-worker');
  await dave.post('two');
  expect(await textsOf(alice)).toEqual(['one']);
  await story.start('timeline-worker');
  await expect.poll(() => textsOf(alice)).toEqual(['two', 'one']);
});

test('with Redis killed the home comes from the database, and the cache comes back by itself', async () => {
  const { alice } = cast;
  await story.redis?.kill();
  expect(await textsOf(alice)).toEqual(['two', 'one']);
  await story.redis?.start();
  await expect.poll(() => textsOf(alice)).toEqual(['two', 'one']);
});

test('a projection that was lost is built anew by the backfill command, while everything runs', async () => {
  const { alice } = cast;
  const database = new pg.Client({ connectionString: story.databaseUrls.timeline });
  await database.connect();
  await database.query('TRUNCATE account, follow, block, mute, post_ref, repost_ref, reader');
  await database.end();
  expect(await textsOf(alice)).toEqual([]);
  await promisify(execFile)(process.execPath, ['subgraphs/timeline/src/backfill.ts'], {
    env: { ...process.env, ...story.env },
  });
  await expect.poll(() => textsOf(alice)).toEqual(['two', 'one']);
});
