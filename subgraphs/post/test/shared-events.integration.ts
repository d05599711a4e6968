import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AudienceKeys,
  createAudienceVerifier,
  SharedEvent,
  startAudienceKeys,
} from '@murmuration/service-kit/subgraph';
import { encodeId } from '@murmuration/ids';
import { createLogger } from '@murmuration/service-kit';
import { createSourceEventStream, parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createAudienceKeyStore } from '../src/live/audience-key-store.ts';
import { cast, createWorld, type Name, type World } from './world.ts';

const logger = createLogger('test', 'silent');
const alike = '__typename cursor ... on ReplyAdded { reply { id text likeCount author { id } } }';
const counts = '__typename cursor ... on CountsChanged { post { id likeCount author { id } } }';
const own = '__typename cursor ... on CountsChanged { post { id viewerHasLiked } }';

let world: World;
let keys: AudienceKeys;
beforeAll(async () => {
  let current: AudienceKeys['current'] = () => null;
  world = await createWorld({
    audienceKeys: { current: () => current() },
    liveLimits: { countsEveryMs: 50 },
  });
  keys = startAudienceKeys({ store: createAudienceKeyStore(world.database), logger });
  ({ current } = keys);
  await vi.waitUntil(() => keys.current() !== null, { timeout: 15_000 });
});
afterAll(async () => {
  keys.stop();
  await world.close();
});
beforeEach(() => world.people.clear());

/** What a subscription's source tells, before it is executed. */
async function listen(name: Name | null, query: string, variables: Record<string, unknown>) {
  const source = await createSourceEventStream({
    schema: world.subgraph.schema,
    document: parse(query),
    variableValues: variables,
    contextValue: world.contextOf(name),
  });
  if (!(Symbol.asyncIterator in source)) throw new Error(JSON.stringify(source));
  const events: unknown[] = [];
  const iterator = source[Symbol.asyncIterator]();
  const reading = (async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) events.push(next.value);
  })();
  return {
    events,
    hangUp: async () => {
      await iterator.return?.();
      await reading;
    },
  };
}

/** By the last event of each of the streams. */
const newest = (streams: { events: unknown[] }[], type: string) =>
  streams.map(({ events }) =>
    events.findLast(
      (event): event is SharedEvent =>
        event instanceof SharedEvent && (event.content as { type: string }).type === type,
    ),
  );

/** Until everything that was done has been told: nothing comes for as long as several reads of the feed take. */
async function untilQuiet(streams: { events: unknown[] }[]) {
  const told = () => streams.reduce((sum, { events }) => sum + events.length, 0);
  for (let before = -1, quiet = 0; quiet < 10; before = told()) {
    quiet = told() === before ? quiet + 1 : 0;
    await sleep(50);
  }
}
async function toldAlike(type: string, streams: { events: unknown[] }[], act: () => Promise<unknown>) {
  // Until all have begun.
  for (let tries = 0; tries < 50 && newest(streams, type).some((event) => !event); tries++) {
    await act();
    await sleep(150);
  }
  await untilQuiet(streams);
  const before = newest(streams, type);
  await act();
  await expect
    .poll(() => newest(streams, type).every((event, index) => event !== undefined && event !== before[index]))
    .toBe(true);
  return newest(streams, type);
}

test('an answer is one object with one token for all who are told it, and each has a cursor of its own', async () => {
  const root = await world.say('alice', 'root');
  const query = `subscription ($id: ID!) { threadUpdates(postId: $id) { ${alike} } }`;
  const streams = await Promise.all(
    (['bob', 'carol', null] as const).map((name) => listen(name, query, { id: root })),
  );
  let last = '';
  const told = await toldAlike('ReplyAdded', streams, async () => {
    last = await world.say('dave', { text: 'an answer', replyToId: root });
  });
  expect(new Set(told.map((event) => event?.content)).size).toBe(1);
  expect(new Set(told.map((event) => event?.cursor)).size).toBe(3);
  // Whoever takes the keys that are published believes it, and learns what it grants.
  const served = createServer(async (_request, response) =>
    response.end(JSON.stringify(await keys.published())),
  );
  await new Promise<void>((resolve) => served.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(served.address() as AddressInfo).port}/`;
  const verifier = createAudienceVerifier({ issuer: 'post', url, logger });
  expect(await verifier.verify(told[0]?.audience ?? '')).toEqual({
    entity: last,
    author: encodeId('User', cast.dave),
    audience: 'everyone',
  });
  verifier.stop();
  served.close();
  await Promise.all(streams.map(({ hangUp }) => hangUp()));
});

test('so are counts, except where what is selected depends on the viewer', async () => {
  const post = await world.say('alice', 'a post');
  const query = (fields: string) => `subscription ($ids: [ID!]!) { postUpdates(ids: $ids) { ${fields} } }`;
  const [bob, carol, dave] = await Promise.all([
    listen('bob', query(counts), { ids: [post] }),
    listen('carol', query(counts), { ids: [post] }),
    listen('dave', query(own), { ids: [post] }),
  ]);
  let round = 0;
  const told = await toldAlike('CountsChanged', [bob, carol], () =>
    world.act('dave', round++ % 2 ? 'unlikePost' : 'likePost', post),
  );
  expect(told[0]?.content).toBe(told[1]?.content);
  expect(told[0]?.audience).toMatch(/^ey/);
  await expect.poll(() => dave.events.length).toBeGreaterThan(0);
  expect(dave.events.filter((event) => event instanceof SharedEvent)).toEqual([]);
  await Promise.all([bob, carol, dave].map(({ hangUp }) => hangUp()));
});

test('what only people mentioned may see has no audience, and who may not see it is told nothing', async () => {
  const root = await world.say('alice', 'root');
  const query = `subscription ($id: ID!) { threadUpdates(postId: $id) { ${alike} } }`;
  world.people.block('dave', 'carol');
  const streams = await Promise.all(
    (['alice', 'bob', 'carol'] as const).map((name) => listen(name, query, { id: root })),
  );
  const [alice, bob] = await toldAlike('ReplyAdded', streams.slice(0, 2), () =>
    world.say('dave', { text: '@alice @bob a word', replyToId: root, visibility: 'MENTIONED' }),
  );
  expect([alice?.audience, bob?.audience]).toEqual([undefined, undefined]);
  expect(newest(streams.slice(2), 'ReplyAdded')).toEqual([undefined]);
  await Promise.all(streams.map(({ hangUp }) => hangUp()));
});
