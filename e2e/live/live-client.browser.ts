import { readFileSync } from 'node:fs';
import { createLiveClient, type LiveClient, type Told } from '@murmuration/live-client';
import { freePort } from '@murmuration/dev';
import { type Member, signUpCast } from '@murmuration/testing';
import { requireTool } from '@murmuration/testing/tool';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cuttable, startCuttable } from '../support/cuttable.ts';
import { startStory, type Story } from '../support/stack.ts';
import type { Event } from './contract/heard.ts';
import { updates } from './contract/operations.ts';
import { liveCursorOf, postSurely } from './contract/town.ts';
import { type Browsing, startBrowsing } from './in-chromium.ts';

/** Where the page is served. */
const pagePort = await freePort();

const readme = new URL('../../packages/live-client/README.md', import.meta.url);
const textsOf = (told: readonly Told<Event>[]) =>
  told.map((one) => (one.kind === 'event' ? one.event.edge?.node?.text : one.reason));

/** The client of ours through whatever a network and a release do to it, in Node and in a real browser. */
let story: Story;
/** Can be cut; `url` leads through it. */
let network: Cuttable;
let url: string;
let cast: Record<'alice' | 'bob', Member>;
let browsing: Browsing;
const clients: LiveClient[] = [];

beforeAll(async () => {
  // The gateway must know the page's origin.
  story = await startStory({ env: { LOG_LEVEL: 'warn', CORS_ORIGINS: `http://127.0.0.1:${pagePort}` } });
  const { hostname, port } = new URL(story.graphUrl);
  network = await startCuttable({ host: hostname, port: Number(port) });
  url = `http://127.0.0.1:${network.port}/graphql`;
  cast = await signUpCast(story.graphUrl, ['alice', 'bob']);
  await cast.alice.follow(cast.bob);
  browsing = await startBrowsing(requireTool({ command: 'chromium', debianPackage: 'chromium' }), pagePort);
});
afterAll(async () => {
  for (const client of clients) client.close();
  await browsing?.stop();
  await network?.close();
  await story?.stop();
});

function read(after: string, settings: Parameters<typeof createLiveClient>[0]['settings'] = {}) {
  const client = createLiveClient({
    url: url.replace('http', 'ws'),
    token: cast.alice.accessToken,
    settings,
  });
  clients.push(client);
  const told: Told<Event>[] = [];
  const stream = client.subscribe<{ homeTimelineUpdates: Event }>({ query: updates, after });
  const reading = (async () => {
    for await (const one of stream) told.push(one);
  })();
  return { told, leave: () => Promise.all([stream.return(), reading]) };
}

test('does what the example of its README says', async () => {
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(readme, 'utf8')) ?? [];
  const text = code
    .replace(/^import .*\n/, '')
    .replace('ws://localhost:4000/graphql', story.graphUrl.replace('http', 'ws'));
  const names = ['createLiveClient', 'session', 'fetchHome', 'show', 'apply'];
  const example = new Function(...names, `return (async () => {${text}})()`) as (
    ...given: unknown[]
  ) => Promise<void>;
  const applied: (string | undefined)[] = [];
  const shown: unknown[] = [];
  const enough = new Error('enough');
  // A page that is too old to continue: its cursor is somebody else's.
  const cursors = [await liveCursorOf(cast.bob)];
  const running = example(
    createLiveClient,
    { accessToken: cast.alice.accessToken },
    async () => ({ liveCursor: cursors.pop() ?? (await liveCursorOf(cast.alice)) }),
    (page: unknown) => void shown.push(page),
    ({ edge }: Event) => {
      applied.push(edge?.node?.text);
      throw enough;
    },
  );
  const ended = expect(running).rejects.toBe(enough);
  await expect.poll(() => shown.length).toBe(1);
  await cast.bob.post('for the example');
  await ended;
  expect(applied).toEqual(['for the example']);
});

test('misses nothing and tells nothing twice, wherever its connection is cut', async () => {
  const after = await liveCursorOf(cast.alice);
  // From within the handshake to some events behind it: an event takes some 450 bytes.
  const places = Array.from({ length: 40 }, (_, index) => 1 + ((index * 397) % 1_600));
  network.cutAfter(places);
  const first = network.count();
  const { leave, told } = read(after, { firstWaitMs: 5, longestWaitMs: 20, steadyMs: 0 });
  const texts: string[] = [];
  while (network.count() - first <= places.length) {
    texts.push(`whatever is cut ${texts.length}`);
    await cast.bob.post(texts.at(-1) ?? '');
  }
  await expect.poll(() => textsOf(told).length).toBeGreaterThanOrEqual(texts.length);
  expect(textsOf(told)).toEqual(texts);
  console.log(
    `${texts.length} events by ${network.count() - first} connections, ${places.length} of them cut`,
  );
  await leave();
});

test('goes on through a killed gateway and replaced subgraphs, in Node and in a page that was offline', async () => {
  const after = await liveCursorOf(cast.alice);
  const { leave, told } = read(after);
  await browsing.subscribe({
    url: url.replace('http', 'ws'),
    token: cast.alice.accessToken,
    query: updates,
    after,
  });
  const texts: string[] = [];
  const post = async (text: string) => {
    await postSurely(cast.bob, text);
    texts.push(text);
  };
  const both = async () => [textsOf(told), textsOf(await browsing.told())];
  await post('at first');
  await expect.poll(both).toEqual([texts, texts]);

  await browsing.page.context().setOffline(true);
  network.cut();
  await post('while offline');
  await browsing.page.context().setOffline(false);
  await expect.poll(both).toEqual([texts, texts]);
  expect(await browsing.statuses()).toContain('waiting');

  await story.kill('gateway');
  await story.start('gateway');
  await post('after the kill');
  for (const name of ['timeline', 'post']) await Promise.all([story.restart(name), post(`without ${name}`)]);
  await post('at last');
  await expect.poll(both).toEqual([texts, texts]);
  await leave();
});
