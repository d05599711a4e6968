import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ada } from './support/issuer.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { serveTicker, type Ticker } from './support/ticker.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let ticker: Ticker;
let neighbours: RunningSubgraph;
let graph: TestGraph;
const patience = { timeout: 15_000, interval: 20 };
const sse = 'text/event-stream';
const multipart = 'multipart/mixed;subscriptionSpec="1.0", application/json';

beforeAll(async () => {
  ticker = await serveTicker([testKey]);
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  graph = await startGraph([ticker, neighbours], { SOCKET_PING_MS: '100' });
});
afterAll(async () => {
  await graph.stop();
  await ticker.close();
  await neighbours.server.app.close();
});

async function open(query: string, accept: string, token?: string, of: Pick<TestGraph, 'url'> = graph) {
  const leave = new AbortController();
  const answer = await fetch(`${of.url}/graphql`, {
    method: 'POST',
    body: JSON.stringify({ query }),
    headers: {
      'content-type': 'application/json',
      accept,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    signal: leave.signal,
  });
  const received = { text: '', isOver: false };
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) received.text += Buffer.from(chunk).toString();
    received.isOver = true;
  })().catch(() => undefined);
  return { answer, received, reading, leave: () => leave.abort() };
}

/** The JSON of each event or part. */
function payloadsOf(text: string): unknown[] {
  return [...text.matchAll(/^(?:data: )?(\{.*\})\r?$/gm)].map(([, json]) => JSON.parse(json ?? ''));
}

describe.each([
  ['SSE', sse, 'text/event-stream', (result: unknown) => result],
  ['multipart', multipart, 'multipart/mixed', (payload: unknown) => ({ payload })],
])('a subscription over %s', (_name, accept, type, wrap) => {
  it('brings each event as it comes, completed by other subgraphs', async () => {
    const stream = await open('subscription { ticks { by { name } } }', accept);
    expect(stream.answer.status).toBe(200);
    expect(stream.answer.headers.get('content-type')).toContain(type);
    await vi.waitFor(() => expect(ticker.listening()).toBe(1), patience);
    ticker.tick();
    const events = [expect.objectContaining(wrap({ data: { ticks: { by: { name: expect.any(String) } } } }))];
    await vi.waitFor(() => {
      const payloads = payloadsOf(stream.received.text).filter((one) => JSON.stringify(one) !== '{}');
      expect(payloads).toEqual(events);
    }, patience);
    stream.leave();
    await vi.waitFor(() => expect(ticker.listening()).toBe(0), patience);
  });

  it('ends when its owner says so, and stays awake meanwhile', async () => {
    const { received, reading } = await open('subscription { flood(count: 3) { n } }', accept);
    await reading;
    expect(received.isOver).toBe(true);
    expect(payloadsOf(received.text)).toEqual([1, 2, 3].map((n) => wrap({ data: { flood: { n } } })));
    const quiet = await open('subscription { ticks { n } }', accept);
    await vi.waitFor(() => expect(quiet.received.text.length).toBeGreaterThan(10), patience);
    quiet.leave();
  });

  it('is the signed-in person\u2019s, as long as the token is good', async () => {
    const token = await graph.issuer.token({ expiresIn: '6s' });
    const { received, reading } = await open('subscription { ticks { whom } }', accept, token);
    await vi.waitFor(() => expect(ticker.listening()).toBeGreaterThan(0), patience);
    ticker.tick();
    await reading;
    expect(received.text).toContain(ada);
    expect(received.text).toContain('UNAUTHENTICATED');
    await vi.waitFor(() => expect(ticker.listening()).toBe(0), patience);
  });

  it('is refused with a status while that can still be said', async () => {
    const refused = async (query: string, token?: string) => {
      const { answer, received, reading } = await open(query, accept, token);
      await reading;
      return [answer.status, (payloadsOf(received.text)[0] as never)['errors'][0]['extensions']['code']];
    };
    const forged = await graph.issuer.forged();
    expect(await refused('subscription { ticks { n } }', forged)).toEqual([401, 'UNAUTHENTICATED']);
    expect(await refused('subscription { nope }')).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });

  it('may be a query, which is JSON all the same for who takes that too', async () => {
    const [only = ''] = accept.split(',');
    const stream = await open('{ me }', only);
    await stream.reading;
    expect(payloadsOf(stream.received.text)).toEqual([wrap({ data: { me: 'anonymous' } })]);
    const json = await open('{ me }', `${only}, application/json`);
    await json.reading;
    expect(json.answer.headers.get('content-type')).toContain('application/json');
    expect(JSON.parse(json.received.text)).toEqual({ data: { me: 'anonymous' } });
  });
});

it('streams are ended one by one when the gateway goes away, and so is one that comes meanwhile', async () => {
  const other = await startGraph([ticker, neighbours], { DRAIN_MS: '3000', DRAIN_DELAY_MS: '2000' });
  const streams = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      open('subscription { ticks { n } }', index % 2 ? sse : multipart, undefined, other),
    ),
  );
  await vi.waitFor(() => expect(ticker.listening()).toBe(20), patience);
  const ends: number[] = [];
  for (const { reading } of streams) void reading.then(() => ends.push(performance.now()));
  const stopped = other.stop();
  const late = await open('subscription { ticks { n } }', sse, undefined, other);
  await Promise.all([late, ...streams].map(({ reading }) => reading));
  await stopped;
  for (const { received } of [late, ...streams]) {
    expect(received.isOver).toBe(true);
    expect(received.text).toContain('DOWNSTREAM_ERROR');
    expect(received.text).toMatch(/event: complete\ndata:\n\n$|--graphql--\r\n$/);
  }
  // Twenty moments of three seconds, of which a busy machine may sleep through one; were they one, this would be next to nothing.
  expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(200);
  expect(ticker.listening()).toBe(0);
});

it('a page\u2019s EventSource can listen, but never change anything', async () => {
  const get = (query: string) =>
    fetch(`${graph.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { accept: sse } });
  expect((await get('{ me }')).status).toBe(200);
  expect((await get('mutation { rename(id: "1", name: "Eve") { id } }')).status).toBe(405);
});

it.each([sse, multipart])('a process that stops ends its streams by name, once: %s', async (accept) => {
  const faults: unknown[] = [];
  const note = (fault: unknown) => faults.push(fault);
  process.on('uncaughtException', note);
  const other = await startGraph([ticker, neighbours]);
  const before = ticker.listening();
  const stream = await open('subscription { ticks { n } }', accept, undefined, other);
  await vi.waitFor(() => expect(ticker.listening()).toBe(before + 1), patience);
  await other.stop();
  await stream.reading;
  expect(stream.received.text).toContain('DOWNSTREAM_ERROR');
  expect(stream.received.isOver).toBe(true);
  await vi.waitFor(() => expect(ticker.listening()).toBe(before), patience);
  process.off('uncaughtException', note);
  expect(faults).toEqual([]);
});
