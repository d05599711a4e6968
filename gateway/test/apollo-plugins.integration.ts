import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { codesOf } from './support/answer.ts';
import { rawSocket } from './support/live-client.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { transports } from './support/transports.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

/** Somebody's module: writes down what it is told, answers a header of its own, and lets nobody ask for `secret`. */
const module = (graphql: string) => `
import graphql from ${JSON.stringify(graphql)};
const hooks = (globalThis.heardHooks ??= []);
const heard = (name) => void hooks.push(name);
const listener = (name) => ({
  async serverWillStart() {
    heard(name + ' serverWillStart');
    return { async serverWillStop() { heard(name + ' serverWillStop'); } };
  },
  async requestDidStart({ request }) {
    heard(name + ' requestDidStart');
    return {
      async didResolveSource() { heard(name + ' didResolveSource'); },
      async didResolveOperation({ operationName, operation }) {
        heard(name + ' didResolveOperation ' + operationName);
        const [field] = operation.selectionSet.selections;
        if (field.name.value === 'secret') {
          throw new graphql.GraphQLError('Not for you.', { extensions: { code: 'FORBIDDEN' } });
        }
      },
      async executionDidStart() {
        heard(name + ' executionDidStart');
        return { async executionDidEnd() { heard(name + ' executionDidEnd'); } };
      },
      async didEncounterErrors({ errors }) { heard(name + ' didEncounterErrors ' + errors.length); },
      async willSendResponse({ contextValue, response }) {
        heard(name + ' willSendResponse ' + typeof contextValue.requestId);
        response.http.headers.set('x-' + name, 'was here');
      },
    };
  },
});
export const plugins = [listener('first'), listener('second')];
`;

let neighbours: RunningSubgraph;
let folder: string;
let graph: TestGraph;
const heard = () => (globalThis as unknown as { heardHooks: string[] }).heardHooks;

beforeAll(async () => {
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  folder = await mkdtemp(join(tmpdir(), 'plugins-'));
  const file = join(folder, 'plugins.mjs');
  const graphql = createRequire(import.meta.url).resolve('graphql');
  await writeFile(file, module(pathToFileURL(graphql).href));
  graph = await startGraph([neighbours], { APOLLO_PLUGINS: file });
});
beforeEach(() => void heard().splice(0));
afterAll(async () => {
  heard().splice(0);
  await graph.stop();
  expect(heard().toSorted()).toEqual(['first serverWillStop', 'second serverWillStop']);
  await neighbours.server.app.close();
  await rm(folder, { recursive: true });
});

/** Requests that were made for somebody, and not to see whether it is there. */
const fetches = () => neighbours.seen.filter(({ identity }) => identity.kind !== 'service').length;

/** What both are told, in turn. */
const both = (...hooks: string[]) => hooks.flatMap((hook) => [`first ${hook}`, `second ${hook}`]);

it('are told of an operation in their order, and may write into its answer', async () => {
  // Once more, when its plan is known.
  for (let time = 0; time < 2; time++) {
    const { data, headers } = await graph.ask('query Mine { me }');
    expect(data).toEqual({ me: 'anonymous' });
    expect([headers.get('x-first'), headers.get('x-second')]).toEqual(['was here', 'was here']);
    expect(heard().splice(0).toSorted()).toEqual(
      both(
        'requestDidStart',
        'didResolveSource',
        'didResolveOperation Mine',
        'executionDidStart',
        'executionDidEnd',
        'willSendResponse string',
      ).toSorted(),
    );
  }
});

it('are told of one hook after the other', async () => {
  await graph.ask('query Mine { me }');
  const own = heard().filter((hook) => hook.startsWith('first'));
  expect(own).toEqual([
    'first requestDidStart',
    'first didResolveSource',
    'first didResolveOperation Mine',
    'first executionDidStart',
    'first executionDidEnd',
    'first willSendResponse string',
  ]);
  expect(heard().filter((hook) => hook.startsWith('second'))).toEqual(
    own.map((hook) => hook.replace('first', 'second')),
  );
});

it.each(transports)('may refuse an operation, before anything is fetched: $name', async ({ ask }) => {
  const before = fetches();
  expect(await ask(graph.url, { query: '{ secret }' })).toEqual({ codes: ['FORBIDDEN'], limits: [] });
  expect(fetches()).toBe(before);
  expect(heard()).toContain('first didEncounterErrors 1');
  expect(heard().some((hook) => hook.includes('executionDidStart'))).toBe(false);
});

it('hear of what a subgraph failed on, and nobody else hears of its inside', async () => {
  const answer = await graph.ask('{ broken }');
  expect(codesOf(answer)).toEqual(['INTERNAL_SERVER_ERROR']);
  expect(JSON.stringify(answer)).not.toContain('10.0.0.1');
  expect(heard()).toContain('first didEncounterErrors 1');
});

it('are not asked what the road has refused', async () => {
  for (const query of ['{', '{ nope }']) expect((await graph.ask(query)).status).toBe(400);
  expect(heard()).toEqual([]);
});

it('hear of operations on sockets', async () => {
  const { received, send, socket } = await rawSocket(graph.url);
  send({ type: 'connection_init' });
  await expect.poll(() => received.length).toBe(1);
  send({ id: '1', type: 'subscribe', payload: { query: 'query Mine { me }' } });
  await expect.poll(() => received.length).toBe(3);
  expect(received[1]).toMatchObject({ payload: { data: { me: 'anonymous' } } });
  expect(heard()).toContain('first willSendResponse string');
  socket.terminate();
});

it.each([
  ['export const nothing = [];', 'must export "plugins"'],
  ['throw new Error("broken module");', 'broken module'],
])('a module that is none ends the start: %s', async (text, message) => {
  const file = join(folder, `wrong-${text.length}.mjs`);
  await writeFile(file, text);
  await expect(startGraph([neighbours], { APOLLO_PLUGINS: file })).rejects.toThrow(message);
});
