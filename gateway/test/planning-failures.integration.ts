import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { codesOf } from './support/answer.ts';
import { rawSocket } from './support/live-client.ts';
import { composeSupergraph, startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { serveTicker, type Ticker } from './support/ticker.ts';
import { transports } from './support/transports.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let neighbours: RunningSubgraph;
let notes: RunningSubgraph;
let ticker: Ticker;
/** Requests that were made for somebody, and not to see whether it is there. */
const fetches = () => notes.seen.filter(({ identity }) => identity.kind !== 'service').length;
/** A new supergraph is compiled and its plans are made anew: seconds, on a busy machine many. */
const patience = { timeout: 60_000, interval: 20 };
vi.setConfig({ testTimeout: 240_000 });
/** Takes any planner longer than a millisecond; another one each time. */
let asked = 0;
const longOperation = () =>
  `{ ${Array.from({ length: 19 }, (_, i) => `a${asked++}x${i}: note(id: "${i}") { text by { name notes { by { name } } } }`).join(' ')} }`;

beforeAll(async () => {
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  notes = await serveNeighbourhood('notes', [testKey]);
  ticker = await serveTicker([testKey]);
});
afterAll(async () => {
  await Promise.all([neighbours, notes].map(({ server }) => server.app.close()));
  await ticker.close();
});

describe('a planner that fails', () => {
  let graph: TestGraph;
  beforeAll(async () => {
    graph = await startGraph([neighbours, notes], { PLANNER: 'apollo', PLAN_TIMEOUT_MS: '1' });
  });
  afterAll(() => graph.stop());

  /** A plan that lies there when the process notices that its time is over is taken: then another is asked for. */
  async function untilRefused<Answer>(
    ask: (query: string) => Promise<Answer>,
    isPlanned: (answer: Answer) => boolean,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await ask(longOperation());
      if (!isPlanned(answer) || attempt === 50) return answer;
    }
  }

  it.each(transports)('is no fault of the client: $name', async ({ ask }) => {
    const told = await untilRefused(
      (query) => ask(graph.url, { query }),
      ({ codes }) => codes.length === 0,
    );
    expect(told).toEqual({ codes: ['INTERNAL_SERVER_ERROR'], limits: [] });
  });

  it.each([
    'application/json',
    'application/graphql-response+json',
    'text/event-stream',
    'multipart/mixed;subscriptionSpec="1.0"',
  ])('says over HTTP when to come again: %s', async (accept) => {
    const answer = await untilRefused(
      (query) => graph.ask(query, { headers: { accept } }),
      ({ status }) => status === 200,
    );
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(JSON.stringify(answer)).not.toMatch(/No plan in/);
  });

  it('says so on a socket too, which stays open', async () => {
    const { received, send, socket } = await rawSocket(graph.url);
    send({ type: 'connection_init' });
    const last = () => received.at(-1);
    await vi.waitFor(() => expect(last()?.type).toBe('connection_ack'), patience);
    let id = 0;
    const ask = async (query: string) => {
      send({ id: String(++id), type: 'subscribe', payload: { query } });
      const end = { id: String(id), type: expect.stringMatching(/^(error|complete)$/) };
      await vi.waitFor(() => expect(last()).toMatchObject(end), patience);
      return last();
    };
    expect(await untilRefused(ask, (answer) => answer?.type === 'complete')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'INTERNAL_SERVER_ERROR', retryAfter: expect.any(Number) } }],
    });
    await ask('{ __typename }');
    expect(socket.readyState).toBe(socket.OPEN);
    socket.terminate();
  });
});

it('a planner that has too much to do refuses by name, and soon takes the same again', async () => {
  const graph = await startGraph([neighbours, notes], { PLAN_MAX_WAITING: '1' });
  const operations = Array.from({ length: 12 }, longOperation);
  const answers = await Promise.all(operations.map((operation) => graph.ask(operation)));
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) {
    expect([answer.status, answer.headers.get('retry-after'), codesOf(answer)]).toEqual([
      503,
      '1',
      ['RATE_LIMITED'],
    ]);
  }
  for (const operation of operations) expect((await graph.ask(operation)).status).toBe(200);
  await graph.stop();
});

it('what is asked of the schema takes a planner\u2019s time and no more of it than a plan', async () => {
  const graph = await startGraph([neighbours, notes], {
    PLAN_TIMEOUT_MS: '20',
    REQUEST_DEADLINE_MS: '60000',
  });
  const type = 'kind name ofType { kind name ofType { kind name } }';
  const field = `name args { name type { ${type} } } type { ${type} }`;
  const aliases = Array.from({ length: 45 }, (_, i) => `a${i}: fields(includeDeprecated: true) { ${field} }`);
  const answer = await graph.ask(`{ me __schema { types { ${aliases.join(' ')} } } }`);
  expect([answer.status, codesOf(answer)]).toEqual([503, ['INTERNAL_SERVER_ERROR']]);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.data).toBeUndefined();
  await graph.stop();
});

describe('an operation that cannot be planned', () => {
  const operation = '{ note(id: "1") { by { name } } }';
  const subscription = 'subscription { ticks { by { name } } }';
  /** Nobody may be asked for a neighbour by key any more; a composer would not have let it pass. */
  const withoutWay = () =>
    composeSupergraph([neighbours, notes, ticker]).replaceAll(
      '@join__type(graph: NEIGHBOURS, key: "id")',
      '@join__type(graph: NEIGHBOURS, key: "id", resolvable: false)',
    );
  let graph: TestGraph;

  beforeAll(async () => {
    graph = await startGraph([neighbours, notes, ticker]);
    await writeFile(graph.supergraphFile, withoutWay());
    await vi.waitFor(async () => expect((await graph.ask(operation)).status).toBe(400), patience);
  });
  afterAll(() => graph.stop());

  it.each(transports)('is refused by name before anything is fetched: $name', async ({ ask, name }) => {
    const before = fetches();
    const refused = { codes: ['OPERATION_NOT_PLANNABLE'], limits: [] };
    expect(await ask(graph.url, { query: operation })).toEqual(refused);
    if (name !== 'POST' && name !== 'GET') {
      expect(await ask(graph.url, { query: subscription })).toEqual(refused);
    }
    expect(fetches()).toBe(before);
    expect(ticker.subscribed).toHaveLength(0);
  });

  it('is a request error over HTTP, and runs on a supergraph where it can be planned', async () => {
    const answer = await graph.ask(operation, { headers: { accept: 'application/graphql-response+json' } });
    expect([answer.status, answer.headers.get('retry-after'), codesOf(answer)]).toEqual([
      400,
      null,
      ['OPERATION_NOT_PLANNABLE'],
    ]);
    await writeFile(graph.supergraphFile, composeSupergraph([neighbours, notes, ticker]));
    await vi.waitFor(
      async () => expect((await graph.ask(operation)).data).toMatchObject({ note: { by: {} } }),
      patience,
    );
  });
});
