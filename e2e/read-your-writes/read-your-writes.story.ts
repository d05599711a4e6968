import { type Member, signUpCast } from '@murmuration/testing';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';
import { createPositionedClient, homeField } from './client.ts';
import { dawdle } from './dawdle.ts';

const rounds = 100;

let story: Story;
let cast: Record<'alice' | 'bob' | 'carol', Member>;
let alice: ReturnType<typeof createPositionedClient>;
let carol: ReturnType<typeof createPositionedClient>;
let hurry: () => Promise<void>;

beforeAll(async () => {
  story = sharedStory();
  cast = await signUpCast(story.graphUrl, ['alice', 'bob', 'carol']);
  alice = createPositionedClient(story.graphUrl, cast.alice.accessToken);
  carol = createPositionedClient(story.graphUrl, cast.carol.accessToken);
  await cast.bob.post('bob was here');
  hurry = await dawdle(story.databaseUrls.timeline);
});
afterAll(async () => {
  await hurry?.();
});

/** Reads that ended in one way, as the timeline counted them. */
async function countOf(outcome: string): Promise<number> {
  const url = story.processes.get('timeline')?.metricsUrl ?? '';
  const text = await (await fetch(url)).text();
  return Number(
    new RegExp(`^read_your_writes_total\\{outcome="${outcome}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0,
  );
}

const post = (text: string) => alice.write(`createPost(input: { text: "${text}" })`);
const relate = (mutation: string, position: string | null = null) =>
  carol.write(`${mutation}(input: { userId: "${cast.bob.id}" })`, position);

test(`a home read with the position of a post has the post, ${rounds} times out of ${rounds}`, async () => {
  const lacking: number[] = [];
  const before = await countOf('reached');
  const timedOutBefore = await countOf('timed_out');
  for (let round = 0; round < rounds; round++) {
    const position = await post(`with ${round}.`);
    expect(position).not.toBeNull();
    if (!(await alice.home(position)).includes(`with ${round}.`)) lacking.push(round);
  }
  const timedOut = (await countOf('timed_out')) - timedOutBefore;
  expect({ lacking, timedOut }).toEqual({ lacking: [], timedOut: 0 });
  expect(await countOf('reached')).toBeGreaterThan(before);

  let lackingWithout = 0;
  for (let round = 0; round < rounds; round++) {
    await post(`without ${round}.`);
    if (!(await alice.home(null)).includes(`without ${round}.`)) lackingWithout++;
  }
  console.log(`without the header ${lackingWithout} of ${rounds} homes lacked the post`);
});

test('whoever follows sees, and whoever unfollows sees no more, at once', async () => {
  for (let round = 0; round < 20; round++) {
    expect(await carol.home(await relate('followUser'))).toContain('bob was here');
    expect(await carol.home(await relate('unfollowUser'))).not.toContain('bob was here');
  }
});

test('the last position stands for all writes, though two subgraphs made them', async () => {
  const followed = await relate('followUser');
  const position = await carol.write('createPost(input: { text: "both of them" })', followed);
  const home = await carol.home(position);
  expect(home).toContain('both of them');
  expect(home).toContain('bob was here');
  expect(await relate('followUser', position)).toBeNull();
  await relate('unfollowUser');
});

test('a socket remembers the position by itself', async () => {
  const socket = createClient({
    url: story.graphUrl.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${cast.alice.accessToken}` },
    // One socket for all: a lazy client closes it after each operation, and a new one remembers nothing.
    lazy: false,
  });
  const ask = async (query: string) => {
    for await (const result of socket.iterate({ query })) return JSON.stringify(result);
    throw new Error('the socket answered nothing');
  };
  try {
    for (let round = 0; round < 20; round++) {
      const text = `over the socket ${round}.`;
      const made = await ask(`mutation { createPost(input: { text: "${text}" }) { errors { message } } }`);
      expect(made).toContain('"extensions":{"position":');
      expect(await ask(`{ ${homeField} }`)).toContain(text);
    }
  } finally {
    await socket.dispose();
  }
});

test('a position that was not made here is counted, and no error', async () => {
  const [refused, position] = [await countOf('refused'), await post('true words')];
  const forged = Buffer.from(
    Buffer.from(position ?? '', 'base64url')
      .toString()
      .replace('.post.', '.user.'),
  );
  for (const hint of [forged.toString('base64url'), 'nonsense', ',,,']) {
    expect(await alice.home(hint)).toContain('homeTimeline');
  }
  expect(await countOf('refused')).toBeGreaterThanOrEqual(refused + 3);
});
