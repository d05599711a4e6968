import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { closeCodes } from '../src/subscriptions/close-codes.ts';
import { liveEvents, liveSubscriptions, type StreamEnd, streamEnds } from '../src/subscriptions/metrics.ts';
import { ada, ben } from './support/issuer.ts';
import { connect, type Heard, listen, rawSocket } from './support/live-client.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { serveTicker, type Ticker } from './support/ticker.ts';
import { farAhead, type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let ticker: Ticker;
let neighbours: RunningSubgraph;
let graph: TestGraph;
const patience = { timeout: 15_000, interval: 20 };

beforeAll(async () => {
  ticker = await serveTicker([testKey]);
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  graph = await startGraph([ticker, neighbours]);
});
afterAll(async () => {
  await graph.stop();
  await ticker.close();
  await neighbours.server.app.close();
});

/** Whoever has left may still be listened for when the next test begins, and be taken for the one that comes. */
afterEach(() => vi.waitFor(() => expect(ticker.listening()).toBe(0), patience));
/** Listens, and waits until the upstream does. */
async function listening(
  query: string,
  params?: Record<string, unknown>,
  variables?: Record<string, unknown>,
) {
  const before = ticker.subscribed.length;
  const client = connect(graph.url, params);
  const heard = listen(client, query, variables);
  await vi.waitFor(() => expect(ticker.subscribed.length).toBeGreaterThan(before), patience);
  await vi.waitFor(() => expect(ticker.listening()).toBeGreaterThan(0), patience);
  return { heard, client };
}
const running = async () =>
  (await liveSubscriptions.get()).values.find(({ labels }) => labels.transport === 'websocket')?.value;
const numbers = (events: Heard['events'], key = 'ticks') => events.map(({ data }) => data?.[key]?.n);

describe('a federated subscription', () => {
  it('shows what other subgraphs own, under the names the client chose, and nothing of ours', async () => {
    const { heard, client } = await listening('subscription { t: ticks { number: n by { name } } }');
    ticker.tick(2);
    await vi.waitFor(() => expect(heard.events).toHaveLength(2), patience);
    const [one, two] = heard.events.map(({ data }) => data?.t);
    expect([one?.number, two?.number]).toEqual([Number(one?.number), Number(one?.number) + 1]);
    expect(new Set([one?.by, two?.by].map((by) => (by as { name: string }).name))).toEqual(
      new Set(['Ada', 'Ben']),
    );
    expect(JSON.stringify(heard.events)).not.toContain('_gateway');
    await client.dispose();
  });

  it('keeps the order although events are completed at the same time', async () => {
    const { heard, client } = await listening('subscription { ticks { n by { name } } }');
    ticker.tick(300);
    await vi.waitFor(() => expect(heard.events).toHaveLength(300), patience);
    const seen = numbers(heard.events).map(Number);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    await client.dispose();
  });

  it('is for the person who asked, over one connection for all', async () => {
    const anonymous = await listening('subscription { ticks { whom } }');
    const token = await graph.issuer.token({ sub: ben });
    const signedIn = await listening('subscription { ticks { whom } }', { authorization: `Bearer ${token}` });
    ticker.tick();
    await vi.waitFor(() => expect(signedIn.heard.events).toHaveLength(1), patience);
    await vi.waitFor(() => expect(anonymous.heard.events).toHaveLength(1), patience);
    expect(signedIn.heard.events[0]?.data?.ticks?.whom).toBe(ben);
    expect(anonymous.heard.events[0]?.data?.ticks?.whom).toBe('anonymous');
    await anonymous.client.dispose();
    await signedIn.client.dispose();
  });

  it('ends upstream when the client leaves, even if nothing happens any more', async () => {
    const { client } = await listening('subscription { ticks { n } }');
    await vi.waitFor(async () => expect(await running()).toBe(1), patience);
    await client.dispose();
    await vi.waitFor(() => expect(ticker.listening()).toBe(0), patience);
    await vi.waitFor(async () => expect(await running()).toBe(0), patience);
  });

  it('runs as long as its owner says, and then is complete', async () => {
    const client = connect(graph.url);
    const heard = listen(client, 'subscription { flood(count: 3) { n } }');
    expect(await heard.ended).toBe('complete');
    expect(numbers(heard.events, 'flood')).toEqual([1, 2, 3]);
    await client.dispose();
  });
});

describe('when the upstream is lost', () => {
  it('a resumable one continues behind the last event: nothing missed, nothing twice', async () => {
    const { heard, client } = await listening('subscription { ticks { n } }');
    ticker.tick(3);
    await vi.waitFor(() => expect(heard.events).toHaveLength(3), patience);
    ticker.cut();
    ticker.tick(4);
    await vi.waitFor(() => expect(heard.events).toHaveLength(7), patience);
    ticker.tick();
    await vi.waitFor(() => expect(heard.events).toHaveLength(8), patience);
    const seen = numbers(heard.events).map(Number);
    expect(seen).toEqual(seen.map((_, index) => Number(seen[0]) + index));
    expect(ticker.subscribed.at(-1)?.variables).toEqual({ _gatewayAfter: `c${Number(seen[2])}` });
    await client.dispose();
  });

  it('one that its owner ends because too much waits for it continues alone; any other end by name is its end', async () => {
    const [slow, refused] = [
      await listening('subscription { ticks { n } }'),
      await listening('subscription { plainTicks { n } }'),
    ];
    ticker.tick();
    for (const { heard } of [slow, refused])
      await vi.waitFor(() => expect(heard.events).toHaveLength(1), patience);
    const connections = ticker.connections();
    ticker.end('SLOW_CONSUMER');
    ticker.tick(2);
    await vi.waitFor(() => expect(slow.heard.events).toHaveLength(3), patience);
    const [first = 0, ...later] = numbers(slow.heard.events).map(Number);
    expect(later).toEqual([first + 1, first + 2]);
    expect(await refused.heard.ended).toBe('complete');
    expect(refused.heard.events.at(-1)?.errors?.[0]?.extensions?.code).toBe('DOWNSTREAM_ERROR');
    expect(ticker.connections()).toBe(connections);
    ticker.end('FORBIDDEN');
    expect(await slow.heard.ended).toBe('complete');
    expect(slow.heard.events.at(-1)?.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    await slow.client.dispose();
    await refused.client.dispose();
  });

  it('one that the client began at a cursor continues there before its first event', async () => {
    ticker.tick();
    const last = Number((await graph.ask('{ lastTick }')).data?.lastTick);
    const query = 'subscription ($a: String) { ticks(after: $a) { n cursor } }';
    const { heard, client } = await listening(query, undefined, { a: `c${last}` });
    ticker.cut();
    ticker.tick(2);
    await vi.waitFor(() => expect(numbers(heard.events)).toEqual([last + 1, last + 2]), patience);
    await client.dispose();
  });

  it('any other says so, for nobody knows what it missed', async () => {
    const { heard, client } = await listening('subscription { plainTicks { n } }');
    ticker.cut();
    expect(await heard.ended).toBe('complete');
    expect(heard.events.at(-1)?.errors?.[0]?.extensions?.code).toBe('DOWNSTREAM_ERROR');
    await client.dispose();
  });
});

describe('queries and mutations over the socket', () => {
  it('are answered as over HTTP, and a write is seen by the reads after it', async () => {
    const client = connect(graph.url, { authorization: `Bearer ${await graph.issuer.token()}` });
    const me = listen(client, '{ me }');
    await me.ended;
    expect(me.events).toEqual([{ data: { me: ada } }]);
    const write = listen(client, 'mutation { rename(id: "1", name: "Ada") { name } }');
    await write.ended;
    expect(write.events[0]?.extensions).toEqual({ position: 'renamed-1' });
    await listen(client, '{ me }').ended;
    expect(neighbours.seen.at(-1)?.position).toBe('renamed-1');
    const behind = client.iterate({ query: '{ echo(text: "x") }', extensions: { position: farAhead } });
    expect(await Array.fromAsync(behind)).toEqual([{ data: { echo: 'x' }, extensions: { behind: true } }]);
    await client.dispose();
  });

  it('are refused by the same rules', async () => {
    const client = connect(graph.url);
    const wrong = (await listen(client, '{ nope }').ended) as { extensions: { code: string } }[];
    expect(wrong[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const variables = listen(client, 'subscription ($n: Int!) { flood(count: $n) { n } }', { n: 'x' });
    expect(await variables.ended).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    await client.dispose();
  });
});

it('runs beside the stock executor, which has none of its own', async () => {
  const other = await startGraph([ticker, neighbours], { EXECUTOR: 'apollo' });
  const client = connect(other.url);
  const heard = listen(client, 'subscription { flood(count: 2) { n by { name } } }');
  expect(await heard.ended).toBe('complete');
  expect(heard.events.map(({ data }) => data?.flood?.by)).toEqual([{ name: 'Ada' }, { name: 'Ben' }]);
  await client.dispose();
  await other.stop();
});

describe('the end of a subscription', () => {
  const endedBy = async (because: StreamEnd) =>
    (await streamEnds.get()).values.find(({ labels }) => labels.because === because)?.value ?? 0;

  it.each<[StreamEnd, string, (client: Awaited<ReturnType<typeof listening>>) => unknown]>([
    ['left', 'ticks', ({ heard }) => heard.stop()],
    ['lost', 'plainTicks', () => ticker.cut()],
    ['refused', 'ticks', () => ticker.end('NO_MORE')],
  ])('is counted once as %s', async (because, field, end) => {
    const before = await endedBy(because);
    const all = async () => {
      const { values } = await streamEnds.get();
      return values.reduce((sum, { value }) => sum + value, 0);
    };
    const allBefore = await all();
    const opened = await listening(`subscription { ${field} { n } }`);
    await end(opened);
    await vi.waitFor(async () => expect(await endedBy(because)).toBe(before + 1), patience);
    await opened.client.dispose();
    await vi.waitFor(async () => expect(await running()).toBe(0), patience);
    expect(await all()).toBe(allBefore + 1);
  });

  it('is counted as completed when its owner has told all', async () => {
    const before = await endedBy('completed');
    const client = connect(graph.url);
    expect(await listen(client, 'subscription { flood(count: 2) { n } }').ended).toBe('complete');
    expect(await endedBy('completed')).toBe(before + 1);
    await client.dispose();
  });
});

it('a drain sends what waits to be written before it closes a socket', async () => {
  const other = await startGraph([ticker, neighbours], { SOCKET_WRITE_PAUSE_MS: '60000', DRAIN_MS: '0' });
  const { closed, received, send } = await rawSocket(other.url);
  send({ type: 'connection_init' });
  await vi.waitFor(() => expect(received).toHaveLength(1), patience);
  send({ id: '1', type: 'subscribe', payload: { query: 'subscription { ticks { n } }' } });
  await vi.waitFor(() => expect(ticker.listening()).toBe(1), patience);
  const events = () => received.filter(({ type }) => type === 'next');
  const written = async () =>
    (await liveEvents.get()).values.find(({ labels }) => labels.transport === 'websocket')?.value ?? 0;
  const before = await written();
  ticker.tick();
  await vi.waitFor(() => expect(events()).toHaveLength(1), patience);
  ticker.tick();
  await vi.waitFor(async () => expect(await written()).toBe(before + 2), patience);
  expect(events()).toHaveLength(1);
  await other.stop();
  expect((await closed).code).toBe(closeCodes.goingAway);
  expect(events()).toHaveLength(2);
});
