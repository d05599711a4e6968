import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { serveFeed, servePeople } from './support/feed.ts';
import { ada, ben } from './support/issuer.ts';
import { connect, type Heard, listen } from './support/live-client.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';

let feed: Awaited<ReturnType<typeof serveFeed>>;
let people: Awaited<ReturnType<typeof servePeople>>;
let graph: TestGraph;
let clients: ReturnType<typeof connect>[];
let streams: Heard[];
const patience = { timeout: 15_000, interval: 20 };

beforeAll(async () => {
  feed = await serveFeed([testKey]);
  people = await servePeople([testKey]);
  graph = await startGraph([feed, people]);
  const tokens = await Promise.all([ada, ben].map((sub) => graph.issuer.token({ sub })));
  clients = tokens.map((token) => connect(graph.url, { authorization: `Bearer ${token}` }));
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.dispose()));
  await graph.stop();
  await feed.close();
  await people.close();
});
beforeEach(async () => {
  for (const stream of streams ?? []) stream.stop();
  await vi.waitFor(() => expect(feed.listening()).toBe(0), patience);
  people.seen.length = 0;
});

let opened = 0;

/** So many streams of two people, one after the other, each with its own variables. */
async function open(count: number, query: string) {
  streams = Array.from({ length: count }, (_, i) =>
    listen(clients[i % 2] as ReturnType<typeof connect>, query, { a: `after ${++opened}` }),
  );
  await vi.waitFor(() => expect(feed.listening()).toBe(count), patience);
}
const told = async (count: number) => {
  await vi.waitFor(
    () => expect(streams.map(({ events }) => events.length)).toEqual(streams.map(() => count)),
    patience,
  );
  return streams.map(({ events }) => events.at(-1)?.data?.feed);
};
const same = 'subscription ($a: String) { feed(after: $a) { at: cursor n by { name } } }';

it('is completed once for all of its audience, and each has a cursor of its own', async () => {
  await open(40, same);
  const n = feed.tell('eve', 'token of eve');
  const events = await told(1);
  expect(new Set(events.map((event) => event?.at)).size).toBe(40);
  for (const event of events) expect(event).toMatchObject({ n, by: { name: 'name of eve' } });
  expect(people.seen.map(({ eventAudience, identity }) => [eventAudience, identity])).toEqual([
    ['token of eve', { kind: 'anonymous' }],
  ]);
});

it('is read as each viewer where something selected is not the same for all', async () => {
  await open(2, 'subscription ($a: String) { feed(after: $a) { n by { name mood } } }');
  feed.tell('eve', 'another token of eve');
  const events = await told(1);
  expect(events.map((event) => event?.by)).toMatchObject([
    { mood: `good to ${ada}` },
    { mood: `good to ${ben}` },
  ]);
  expect(people.seen.map(({ eventAudience }) => eventAudience)).toEqual([null, null]);
});

it('is read as each viewer where its owner names no audience', async () => {
  await open(2, same);
  feed.tell('eve');
  await told(1);
  expect(people.seen.map(({ identity }) => identity.kind)).toEqual(['viewer', 'viewer']);
});

it('is asked for by each viewer when its audience is told that it is not there', async () => {
  await open(2, same);
  feed.tell('hidden', 'token');
  for (const event of await told(1)) expect(event?.by).toEqual({ name: 'name of hidden' });
  expect(people.seen.map(({ identity }) => identity.kind)).toEqual(['anonymous', 'viewer', 'viewer']);
});

it('is not shared while it waits, for what its audience may see may have changed, until its owner tells it again', async () => {
  await open(4, same);
  const port = Number(new URL(people.url).port);
  await people.close();
  let tries = 0;
  const closed = createServer((socket) => {
    tries++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => closed.listen(port, '127.0.0.1', resolve));
  feed.tell('eve', 'token of what waits');
  await sleep(1_200);
  // However late the gateway is today; one of them may be its look whether the subgraph is there.
  await vi.waitFor(() => expect(tries).toBeGreaterThan(1), patience);
  await new Promise((resolve) => closed.close(resolve));
  people = await servePeople([testKey], port);
  for (const event of await told(1)) expect(event?.by).toEqual({ name: 'name of eve' });
  const [first] = people.seen;
  expect(first).toMatchObject({ eventAudience: null, identity: { kind: 'viewer' } });
  expect(people.seen.map(({ eventAudience }) => eventAudience)).toContain('token of what waits');
});

it('is read for many viewers in few requests, and each gets their own answer', async () => {
  const viewers = 300;
  const subjects = Array.from({ length: viewers }, (_, i) => `usr_${String(i + 1_000).padStart(11, '0')}`);
  const crowd = await Promise.all(
    subjects.map(async (sub) =>
      connect(graph.url, { authorization: `Bearer ${await graph.issuer.token({ sub })}` }),
    ),
  );
  try {
    streams = crowd.map((client) =>
      listen(client, 'subscription ($a: String) { feed(after: $a) { n by { name mood } } }', {
        a: `after ${++opened}`,
      }),
    );
    await vi.waitFor(() => expect(feed.listening()).toBe(viewers), { timeout: 45_000, interval: 50 });
    const before = people.requests();
    const n = feed.tell('eve', 'a token of eve for a crowd');
    expect(await told(1)).toEqual(
      subjects.map((subject) => ({ n, by: { name: 'name of eve', mood: `good to ${subject}` } })),
    );
    expect(people.seen.length).toBe(viewers);
    // One, and some for those who were not told in the same turn.
    expect(people.requests() - before).toBeLessThanOrEqual(4);
  } finally {
    await Promise.all(crowd.map((client) => client.dispose()));
  }
}, 60_000);
