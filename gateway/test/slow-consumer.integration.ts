import { type IncomingMessage, request } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { closeCodes } from '../src/subscriptions/close-codes.ts';
import { streamEnds } from '../src/subscriptions/metrics.ts';
import { connect, listen, rawSocket } from './support/live-client.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { serveTicker, type Ticker } from './support/ticker.ts';

let ticker: Ticker;
const cleanUps: (() => unknown)[] = [];
const patience = { timeout: 40_000, interval: 20 };
const maxQueued = 50;
/** Each event is some 100 KB. */
const flood = 'subscription { flood(count: 700) { n blob } }';
const resumed = 'subscription ($after: String) { ticks(after: $after) { n blob } }';

beforeAll(async () => {
  ticker = await serveTicker([testKey]);
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});
afterAll(() => ticker.close());

async function graphWith(settings: Record<string, string>): Promise<TestGraph> {
  const graph = await startGraph([ticker], { SUBSCRIPTION_MAX_QUEUED: String(maxQueued), ...settings });
  cleanUps.push(graph.stop);
  return graph;
}

const droppedAsSlow = async () =>
  (await streamEnds.get()).values.find(({ labels }) => labels.because === 'slow')?.value ?? 0;

const lastTickOf = async (graph: TestGraph) => Number((await graph.ask('{ lastTick }')).data?.lastTick);
const numberOf = (payload: unknown) => (payload as { data: { ticks: { n: number } } }).data.ticks.n;

/** Somebody who asks for a lot, reads nothing until they are dropped, and then all that was sent. */
async function dropped(graph: TestGraph) {
  const before = await droppedAsSlow();
  const { closed, received, send, socket } = await rawSocket(graph.url);
  send({ type: 'connection_init' });
  await vi.waitFor(() => expect(received[0]?.type).toBe('connection_ack'), patience);
  socket.pause();
  send({ id: '1', type: 'subscribe', payload: { query: flood } });
  await vi.waitFor(async () => expect(await droppedAsSlow()).toBe(before + 1), patience);
  socket.resume();
  const { code } = await closed;
  return { code, events: received.filter(({ type }) => type === 'next').length };
}

it('is dropped alone and by name: others are told everything meanwhile', async () => {
  const graph = await graphWith({});
  const client = connect(graph.url);
  cleanUps.push(() => client.dispose());
  const heard = listen(client, 'subscription { ticks { n } }');
  await vi.waitFor(() => expect(ticker.listening()).toBe(1), patience);
  const dropping = dropped(graph);
  const told = 40;
  for (let n = 0; n < told; n++) {
    ticker.tick();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect((await dropping).code).toBe(closeCodes.slowConsumer);
  await vi.waitFor(() => expect(heard.events).toHaveLength(told), patience);
  expect(heard.events.filter(({ errors }) => errors)).toEqual([]);
});

it('has no more lying in its socket than SOCKET_MAX_BUFFERED_BYTES; what comes then waits in its queue', async () => {
  const roomy = await dropped(await graphWith({ SOCKET_MAX_BUFFERED_BYTES: String(20 * 1024 * 1024) }));
  const tight = await dropped(await graphWith({ SOCKET_MAX_BUFFERED_BYTES: String(64 * 1024) }));
  expect([roomy.code, tight.code]).toEqual([closeCodes.slowConsumer, closeCodes.slowConsumer]);
  // What the kernel holds comes on top of both.
  expect(roomy.events - tight.events).toBeGreaterThan(80);
});

it('is told all of what was missed, however much more than may wait, over one socket', async () => {
  const graph = await graphWith({});
  const missed = 30 * maxQueued;
  ticker.tick(missed);
  const client = connect(graph.url);
  cleanUps.push(() => client.dispose());
  const heard = listen(client, 'subscription { ticks(after: "c0") { n by { id } } }');
  await vi.waitFor(() => expect(heard.events.length).toBeGreaterThanOrEqual(missed), patience);
  ticker.tick();
  await vi.waitFor(() => expect(heard.events.length).toBeGreaterThan(missed), patience);
  const told = heard.events.map(({ data }) => data?.ticks?.n);
  expect(told).toEqual(told.map((_, index) => index + 1));
});

it('costs its owner nothing while as much waits for it as may, and is told the rest when it reads again', async () => {
  const graph = await graphWith({});
  ticker.tick(10 * maxQueued);
  const from = await lastTickOf(graph);
  const { received, send, socket } = await rawSocket(graph.url);
  send({ type: 'connection_init' });
  await vi.waitFor(() => expect(received[0]?.type).toBe('connection_ack'), patience);
  socket.pause();
  const before = ticker.subscribed.length;
  const after = `c${from - 10 * maxQueued}`;
  send({ id: '1', type: 'subscribe', payload: { query: resumed, variables: { after } } });
  await vi.waitFor(() => expect(ticker.subscribed.length).toBeGreaterThan(before), patience);
  await vi.waitFor(() => expect(ticker.listening()).toBe(0), patience);
  ticker.tick();
  socket.resume();
  const told = () => received.flatMap(({ payload, type }) => (type === 'next' ? [numberOf(payload)] : []));
  await vi.waitFor(() => expect(told().at(-1)).toBe(from + 1), patience);
  expect(told()).toEqual(Array.from({ length: 10 * maxQueued + 1 }, (_, i) => from - 10 * maxQueued + i + 1));
  socket.close();
});

it.each([
  ['SSE', 'text/event-stream'],
  ['multipart', 'multipart/mixed;subscriptionSpec="1.0"'],
])('hears its name over %s too', async (_name, accept) => {
  const graph = await graphWith({});
  const before = await droppedAsSlow();
  const headers = { accept, 'content-type': 'application/json' };
  const asked = request(`${graph.url}/graphql`, { method: 'POST', headers });
  asked.end(JSON.stringify({ query: flood }));
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    asked.once('response', resolve).once('error', reject),
  );
  answer.pause();
  await vi.waitFor(async () => expect(await droppedAsSlow()).toBe(before + 1), patience);
  let last = '';
  for await (const chunk of answer) last = (last + String(chunk)).slice(-2_000);
  expect(last).toContain('"code":"SLOW_CONSUMER"');
});
