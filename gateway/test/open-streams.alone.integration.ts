import { writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type * as planning from '../src/planning/generation.ts';
import type { Generation } from '../src/planning/types.ts';
import { connect, listen } from './support/live-client.ts';
import { composeSupergraph, startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { serveTicker, type Ticker } from './support/ticker.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let ticker: Ticker;
let neighbours: RunningSubgraph;
let notes: RunningSubgraph;
let graph: TestGraph;
/** A new supergraph is compiled and its plans are made anew: seconds, on a busy machine many. */
const patience = { timeout: 60_000, interval: 20 };
vi.setConfig({ testTimeout: 240_000 });
const query = 'subscription { ticks { n by { name } } }';

beforeAll(async () => {
  ticker = await serveTicker([testKey]);
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  notes = await serveNeighbourhood('notes', [testKey]);
  graph = await startGraph([ticker, neighbours], { SUBSCRIPTION_CHANGE_WITHIN_MS: '1' });
});
afterAll(async () => {
  await graph.stop();
  await ticker.close();
  await Promise.all([neighbours, notes].map(({ server }) => server.app.close()));
});

/** What the gateway makes of each supergraph, held by whoever else holds it. */
const made = vi.hoisted(() => ({ refs: [] as WeakRef<object>[] }));

vi.mock('../src/planning/generation.ts', async (original) => {
  const real = await original<typeof planning>();
  return {
    ...real,
    createGeneration(...args: Parameters<typeof real.createGeneration>): Generation {
      const generation = real.createGeneration(...args);
      made.refs.push(new WeakRef(generation), new WeakRef(generation.apiSchema));
      return generation;
    },
  };
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Of each supergraph so far: whether it, and whether its schema, is still held. */
async function held(): Promise<boolean[]> {
  await nextTurn();
  collectGarbage();
  return made.refs.map((ref) => ref.deref() !== undefined);
}

async function stream(accept: string) {
  const leave = new AbortController();
  const answer = await fetch(`${graph.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query }),
    signal: leave.signal,
  });
  let text = '';
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) text += Buffer.from(chunk).toString();
  })().catch(() => undefined);
  return {
    heard: () => text.match(/"n":/g)?.length ?? 0,
    async leave() {
      leave.abort();
      await reading;
    },
  };
}

it('holds no supergraph but the one that serves, however many came while its streams were open', async () => {
  const client = connect(graph.url);
  const bySocket = listen(client, query);
  const streams = [await stream('text/event-stream'), await stream('multipart/mixed;subscriptionSpec="1.0"')];
  await vi.waitFor(() => expect(ticker.listening()).toBe(3), patience);
  for (let published = 1; published <= 4; published++) {
    ticker.tick();
    await vi.waitFor(() => {
      expect(bySocket.events).toHaveLength(published);
      for (const { heard } of streams) expect(heard()).toBe(published);
    }, patience);
    const known = published % 2 === 0 ? [ticker, neighbours] : [ticker, neighbours, notes];
    await writeFile(graph.supergraphFile, composeSupergraph(known));
    await vi.waitFor(() => expect(ticker.subscribed).toHaveLength(3 * (published + 1)), patience);
    await vi.waitFor(() => expect(ticker.listening()).toBe(3), patience);
  }
  const replaced = Array.from({ length: 2 * 4 }, () => false);
  await vi.waitFor(async () => expect(await held()).toEqual([...replaced, true, true]), patience);

  await Promise.all(streams.map(({ leave }) => leave()));
  await client.dispose();
});
