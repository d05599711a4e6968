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

async function open(query: string, accept: string, token?: string) {
  const leave = new AbortController();
  const answer = await fetch(`${graph.url}/graphql`, {
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
    const token = await graph.issuer.token({ expiresIn: '2s' });
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

  it('may be a query', async () => {
    const { received, reading } = await open('{ me }', accept);
    await reading;
    expect(payloadsOf(received.text)).toEqual([wrap({ data: { me: 'anonymous' } })]);
  });
});

it('a page\u2019s EventSource can listen, but never change anything', async () => {
  const get = (query: string) =>
    fetch(`${graph.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { accept: sse } });
  expect((await get('{ me }')).status).toBe(200);
  expect((await get('mutation { rename(id: "1", name: "Eve") { id } }')).status).toBe(405);
});
