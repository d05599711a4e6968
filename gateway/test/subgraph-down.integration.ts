import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf } from './support/answer.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { definitions, type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let notes: RunningSubgraph;
let graph: TestGraph;
// Nobody listens on the discard port of this machine.
const absent = { name: 'neighbours', sdl: definitions.neighbours.sdl, url: 'http://127.0.0.1:9/graphql' };

beforeAll(async () => {
  notes = await serveNeighbourhood('notes', [testKey]);
  graph = await startGraph([absent, notes]);
});
afterAll(async () => {
  await graph.stop();
  await notes.server.app.close();
});

describe('while a subgraph is down', () => {
  it('what others own is answered, and its own is null by name', async () => {
    const answer = await graph.ask('{ notes { text by { name } } }');
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({
      notes: [
        { text: 'note 1', by: null },
        { text: 'note 2', by: null },
      ],
    });
    expect(new Set(codesOf(answer))).toEqual(new Set(['DOWNSTREAM_ERROR']));
    expect(JSON.stringify(answer)).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
  });

  it('the gateway is not ready before each subgraph has answered once', async () => {
    const answer = await fetch(`${graph.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ failed: ['subgraphs'] });
  });
});
