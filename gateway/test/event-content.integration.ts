import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { ada, ben } from './support/issuer.ts';
import { connect, type Heard, listen } from './support/live-client.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { nobodyAtAll, serveTicker, type Ticker } from './support/ticker.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let ticker: Ticker;
let neighbours: RunningSubgraph;
let port: number;
let graph: TestGraph;
const patience = { timeout: 15_000, interval: 20 };
const query = 'subscription ($a: String) { ticks(after: $a) { cursor n by { name } } }';

beforeAll(async () => {
  ticker = await serveTicker([testKey]);
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  port = Number(new URL(neighbours.url).port);
  graph = await startGraph([ticker, neighbours]);
});
afterAll(async () => {
  await graph.stop();
  await ticker.close();
  await neighbours.server.app.close();
});

/** Whoever has left may still be listened for when the next test begins, and be counted there. */
afterEach(() => vi.waitFor(() => expect(ticker.listening()).toBe(0), patience));
const leave = () => neighbours.server.app.close();
async function comeBack() {
  neighbours = await serveNeighbourhood('neighbours', [testKey], port);
}
async function listening(url = graph.url, after?: string, viewer?: string) {
  const token = viewer && (await graph.issuer.token({ sub: viewer }));
  const client = connect(url, token ? { authorization: `Bearer ${token}` } : {});
  const before = ticker.listening();
  const heard = listen(client, query, after === undefined ? {} : { a: after });
  await vi.waitFor(() => expect(ticker.listening()).toBe(before + 1), patience);
  return { client, heard };
}
const told = ({ events }: Heard) => events.map(({ data }) => data?.ticks);
const lastTick = async () => Number((await graph.ask('{ lastTick }')).data?.lastTick);

it('waits for a part of the graph that is away: nothing is missing afterwards, and nothing null', async () => {
  const { client, heard } = await listening();
  const from = await lastTick();
  ticker.tick(2);
  await vi.waitFor(() => expect(heard.events).toHaveLength(2), patience);
  await leave();
  for (let i = 0; i < 20; i++) {
    ticker.tick();
    await sleep(50);
  }
  expect(heard.events).toHaveLength(2);
  await comeBack();
  ticker.tick();
  await vi.waitFor(() => expect(heard.events).toHaveLength(23), patience);
  expect(told(heard).map((tick) => tick?.n)).toEqual(Array.from({ length: 23 }, (_, i) => from + i + 1));
  for (const tick of told(heard))
    expect(tick?.by).toMatchObject({ name: expect.stringMatching(/^(Ada|Ben)$/) });
  expect(heard.events.filter(({ errors }) => errors)).toEqual([]);
  await client.dispose();
});

it('tells what waited as its owner judges it by then: of whom one hid meanwhile nothing, and all the rest', async () => {
  const streams = [await listening(graph.url, undefined, ada), await listening(graph.url, undefined, ben)];
  streams.push(await listening());
  const from = await lastTick();
  ticker.tick(1, '1');
  for (const { heard } of streams) await vi.waitFor(() => expect(heard.events).toHaveLength(1), patience);
  await leave();
  ticker.tick(1, '1');
  for (let i = 0; i < 6; i++) {
    ticker.tick(1, nobodyAtAll);
    ticker.tick(1, '2');
    await sleep(50);
  }
  await sleep(600);
  // What ada does not want to see is complete already, and waits; what ben may not see is what waits for its content.
  ticker.hide(ada, nobodyAtAll);
  ticker.hide(ben, '2');
  await comeBack();
  ticker.tick(1, '1');
  const all = Array.from({ length: 15 }, (_, i) => from + i + 1);
  const isByNobody = (n: number) => n > from + 2 && n < from + 15 && (n - from) % 2 === 1;
  const isByTwo = (n: number) => n > from + 2 && n < from + 15 && (n - from) % 2 === 0;
  const due = [all.filter((n) => !isByNobody(n)), all.filter((n) => !isByTwo(n)), all];
  for (const [index, { client, heard }] of streams.entries()) {
    await vi.waitFor(() => expect(told(heard).at(-1)?.n).toBe(from + 15), patience);
    expect(told(heard).map((tick) => tick?.n)).toEqual(due[index]);
    expect(heard.events.filter(({ errors }) => errors)).toEqual([]);
    await client.dispose();
  }
});

it('ends by name before an event that stays incomplete, and continues there', async () => {
  const impatient = await startGraph([ticker, neighbours], { EVENT_MAX_WAIT_MS: '1000' });
  const { client, heard } = await listening(impatient.url);
  ticker.tick();
  await vi.waitFor(() => expect(heard.events).toHaveLength(1), patience);
  await leave();
  ticker.tick(3);
  expect(await heard.ended).toBe('complete');
  const [first, ...ends] = heard.events;
  expect(ends).toMatchObject([{ errors: [{ extensions: { code: 'EVENT_INCOMPLETE' } }] }]);
  await comeBack();
  // Its circuit stays open for seconds, longer than this gateway waits.
  const ask = async () => (await impatient.ask('{ neighbour(id: "1") { name } }')).data?.neighbour;
  await vi.waitFor(async () => expect(await ask()).toEqual({ name: 'Ada' }), patience);
  const again = await listening(impatient.url, String(first?.data?.ticks?.cursor));
  await vi.waitFor(() => expect(again.heard.events).toHaveLength(3), patience);
  expect(told(again.heard)[0]?.n).toBe(Number(first?.data?.ticks?.n) + 1);
  await client.dispose();
  await again.client.dispose();
  await impatient.stop();
});

it('holds no more than may wait meanwhile: the rest comes from its owner afterwards', async () => {
  const small = await startGraph([ticker, neighbours], { SUBSCRIPTION_MAX_QUEUED: '5' });
  const { client, heard } = await listening(small.url);
  const from = await lastTick();
  await leave();
  ticker.tick(9);
  await vi.waitFor(() => expect(ticker.listening()).toBe(0), patience);
  await comeBack();
  await vi.waitFor(() => expect(heard.events).toHaveLength(9), patience);
  expect(told(heard).map((tick) => tick?.n)).toEqual(Array.from({ length: 9 }, (_, i) => from + i + 1));
  await client.dispose();
  await small.stop();
});

it('ends one that cannot be resumed when more waits than may, and does not call the client slow', async () => {
  const small = await startGraph([ticker, neighbours], { SUBSCRIPTION_MAX_QUEUED: '5' });
  const client = connect(small.url);
  const heard = listen(client, 'subscription { plainTicks { n by { name } } }');
  await vi.waitFor(() => expect(ticker.listening()).toBe(1), patience);
  await leave();
  for (let i = 0; i < 9; i++) {
    ticker.tick();
    await sleep(30);
  }
  expect(await heard.ended).toBe('complete');
  expect(heard.events).toMatchObject([{ errors: [{ extensions: { code: 'EVENT_INCOMPLETE' } }] }]);
  await comeBack();
  await client.dispose();
  await small.stop();
});

it('does not tell of what is gone by now, or hidden', async () => {
  const { client, heard } = await listening();
  ticker.tick(1, 'nobody');
  ticker.tick();
  await vi.waitFor(() => expect(heard.events).toHaveLength(1), patience);
  expect(told(heard)[0]?.n).toBe(await lastTick());
  expect(told(heard)[0]?.by).toMatchObject({ name: expect.stringMatching(/Ada|Ben/) });
  await client.dispose();
});

it('asks for what many events of one subscription lack together', async () => {
  const from = await lastTick();
  ticker.tick(320);
  const asked = neighbours.seen.length;
  const { client, heard } = await listening(graph.url, `c${from}`);
  await vi.waitFor(() => expect(heard.events).toHaveLength(320), patience);
  expect(told(heard).map((tick) => tick?.n)).toEqual(Array.from({ length: 320 }, (_, i) => from + i + 1));
  for (const tick of told(heard))
    expect(tick?.by).toEqual({ name: Number(tick?.n) % 2 === 0 ? 'Ben' : 'Ada' });
  // Each alone would be 320.
  expect(neighbours.seen.length - asked).toBeLessThan(40);
  await client.dispose();
});
