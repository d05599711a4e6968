import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpServer, createLogger } from '@murmuration/service-kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { codesOf } from './support/answer.ts';
import { connect, listen } from './support/live-client.ts';
import { composeSupergraph, startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { serveTicker, type Ticker } from './support/ticker.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let ticker: Ticker;
let neighbours: RunningSubgraph;
let notes: RunningSubgraph;
let folder: string;
/** A new supergraph is compiled and its plans are made anew: seconds, on a busy machine many. */
const patience = { timeout: 60_000, interval: 20 };
vi.setConfig({ testTimeout: 240_000 });

beforeAll(async () => {
  ticker = await serveTicker([testKey]);
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  notes = await serveNeighbourhood('notes', [testKey]);
  folder = await mkdtemp(join(tmpdir(), 'supergraphs-'));
});
afterAll(async () => {
  await ticker.close();
  await Promise.all([neighbours, notes].map(({ server }) => server.app.close()));
  await rm(folder, { recursive: true });
});

const knowsNotes = async (graph: TestGraph) => (await graph.ask('{ note(id: "1") { text } }')).status === 200;

describe('a new supergraph in the file', () => {
  it('is served without dropping a request or a subscription', async () => {
    const graph = await startGraph([ticker, neighbours], { SUBSCRIPTION_CHANGE_WITHIN_MS: '1' });
    const client = connect(graph.url);
    const heard = listen(client, 'subscription { ticks { n by { name } } }');
    await vi.waitFor(() => expect(ticker.listening()).toBe(1), patience);
    const over = new AbortController();
    const codes: unknown[] = [];
    const asking = (async () => {
      while (!over.signal.aborted) codes.push(...codesOf(await graph.ask('{ me slow(ms: 20) }')));
    })();
    expect(await knowsNotes(graph)).toBe(false);
    await writeFile(graph.supergraphFile, composeSupergraph([ticker, neighbours, notes]));
    await vi.waitFor(async () => expect(await knowsNotes(graph)).toBe(true), patience);
    over.abort();
    await asking;
    expect(codes).toEqual([]);
    // Nothing has happened on it yet, so it could not go on anywhere else.
    expect(ticker.subscribed).toHaveLength(1);
    ticker.tick();
    await vi.waitFor(() => expect(heard.events).toHaveLength(1), patience);

    await writeFile(graph.supergraphFile, composeSupergraph([ticker, neighbours]));
    await vi.waitFor(() => expect(ticker.subscribed).toHaveLength(2), patience);
    await vi.waitFor(() => expect(ticker.listening()).toBe(1), patience);
    ticker.tick(2);
    await vi.waitFor(() => expect(heard.events).toHaveLength(3), patience);
    expect(heard.events.map(({ data }) => data?.ticks?.n)).toEqual([1, 2, 3]);
    await client.dispose();
    await graph.stop();
  });

  it.each([
    ['no SDL', 'type Query {'],
    ['no supergraph', 'type Query { me: String }'],
  ])('is refused when it is %s, and the old one stays', async (_name, sdl) => {
    const graph = await startGraph([neighbours]);
    await writeFile(graph.supergraphFile, sdl);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await graph.ask('{ me }')).data).toEqual({ me: 'anonymous' });
    // The next good one is taken.
    await writeFile(graph.supergraphFile, composeSupergraph([neighbours, notes]));
    await vi.waitFor(async () => expect(await knowsNotes(graph)).toBe(true), patience);
    await graph.stop();
  });
});

describe('a supergraph from a URL', () => {
  it('is asked for by ETag, swapped when it changes, and kept for the day the registry is away', async () => {
    let sdl = composeSupergraph([neighbours]);
    const answered: number[] = [];
    const registry = createHttpServer({ logger: createLogger('registry', 'silent'), readiness: {} });
    registry.app.get('/supergraph', (request, reply) => {
      const etag = `"${sdl.length}"`;
      const isKnown = request.headers['if-none-match'] === etag;
      answered.push(isKnown ? 304 : 200);
      return isKnown ? reply.code(304).send() : reply.header('etag', etag).send(sdl);
    });
    const url = `${await registry.listen({ host: '127.0.0.1', port: 0 })}/supergraph`;
    const copy = join(folder, 'last-good.graphql');
    const settings = { SUPERGRAPH_FILE: '', SUPERGRAPH_URL: url, SUPERGRAPH_LAST_GOOD_FILE: copy };
    const graph = await startGraph([neighbours], settings);
    await vi.waitFor(() => expect(answered).toContain(304), patience);
    sdl = composeSupergraph([neighbours, notes]);
    await vi.waitFor(async () => expect(await knowsNotes(graph)).toBe(true), patience);
    await vi.waitFor(async () => expect(await readFile(copy, 'utf8')).toBe(sdl), patience);
    await graph.stop();
    await registry.app.close();

    const alone = await startGraph([neighbours], settings);
    expect(await knowsNotes(alone)).toBe(true);
    await alone.stop();
    await expect(startGraph([neighbours], { ...settings, SUPERGRAPH_LAST_GOOD_FILE: '' })).rejects.toThrow();
  });
});

it('ends orderly: what runs is answered, what comes later finds the door closed', async () => {
  const graph = await startGraph([neighbours], { DRAIN_MS: '0' });
  const people = () => neighbours.seen.filter(({ identity }) => identity.kind !== 'service').length;
  const before = people();
  const running = graph.ask('{ slow(ms: 1000) }');
  await vi.waitFor(() => expect(people()).toBeGreaterThan(before), patience);
  const stopped = graph.stop();
  expect((await running).data).toEqual({ slow: 'slept' });
  await stopped;
  await expect(graph.ask('{ me }')).rejects.toThrow();
});
