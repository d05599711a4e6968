import { writeFile } from 'node:fs/promises';
import { createLogger, type HttpServer } from '@murmuration/service-kit';
import { createSubgraph, type RequestContext, serveSubgraph } from '@murmuration/service-kit/subgraph';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, listen } from './support/live-client.ts';
import { composeSupergraph, type SubgraphAt, startGraph, testKey } from './support/start-graph.ts';
import { serveTicker, type Ticker } from './support/ticker.ts';
import { transports } from './support/transports.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

/** A new supergraph is compiled and its plans are made anew: seconds, on a busy machine many. */
const patience = { timeout: 60_000, interval: 20 };
vi.setConfig({ testTimeout: 240_000 });
let ticker: Ticker;
let neighbours: RunningSubgraph;
let notes: RunningSubgraph;
let moved: { at: SubgraphAt; server: HttpServer };

/** Takes `Neighbour.name` over from its old owner, for those who have the label. */
async function serveMoved() {
  const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"])
    type Query { movedAt: Int }
    type Neighbour @key(fields: "id") { id: ID! name: String! @override(from: "neighbours", label: "moved") }`;
  const logger = createLogger('moved', 'silent');
  const Neighbour = {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    name: ({ id }: { id: string }) => `moved ${id}`,
  };
  const createContext = (request: RequestContext) => request;
  const subgraph = createSubgraph({
    name: 'moved',
    typeDefs: sdl,
    resolvers: { Neighbour },
    logger,
    createContext,
  });
  const server = serveSubgraph(subgraph, { logger, keys: [testKey], readiness: {} });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, at: { name: 'moved', sdl, url: `${url}/graphql` } };
}

beforeAll(async () => {
  ticker = await serveTicker([testKey]);
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  notes = await serveNeighbourhood('notes', [testKey]);
  moved = await serveMoved();
});
afterAll(async () => {
  await ticker.close();
  await Promise.all([neighbours, notes, moved].map(({ server }) => server.app.close()));
});

describe.each([
  ['is on', { OVERRIDE_LABELS: 'moved' }, 'moved 1'],
  ['is off', {}, 'Ada'],
])('a label that %s', (_name, settings, name) => {
  it('is so for queries and subscriptions alike, over a reload as well', async () => {
    const graph = await startGraph([ticker, neighbours, moved.at], {
      SUBSCRIPTION_CHANGE_WITHIN_MS: '1',
      ...settings,
    });
    for (const { ask } of transports) {
      const told = await ask(graph.url, { query: '{ neighbour(id: "1") { name } }' });
      expect(told).toEqual({ data: { neighbour: { name } }, codes: [], limits: [] });
    }
    const client = connect(graph.url);
    const before = ticker.subscribed.length;
    const heard = listen(client, 'subscription { ticks { by { name } } }');
    await vi.waitFor(() => expect(ticker.listening()).toBe(1), patience);
    ticker.tick(1, '1');
    await vi.waitFor(() => expect(heard.events).toHaveLength(1), patience);
    await writeFile(graph.supergraphFile, composeSupergraph([ticker, neighbours, moved.at, notes]));
    await vi.waitFor(() => expect(ticker.subscribed).toHaveLength(before + 2), patience);
    await vi.waitFor(() => expect(ticker.listening()).toBe(1), patience);
    ticker.tick(1, '1');
    await vi.waitFor(() => expect(heard.events).toHaveLength(2), patience);
    expect(heard.events.map(({ data }) => data?.ticks?.by)).toEqual([{ name }, { name }]);
    await client.dispose();
    await graph.stop();
  });
});
