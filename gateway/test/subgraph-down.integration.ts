import { metrics } from '@murmuration/service-kit';
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

  it('a gateway that starts without it is ready for what the others own', async () => {
    const answer = await fetch(`${graph.url}/readyz?verbose`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ok', dependencies: { subgraphs: 'up' } });
    // The process may have been a gateway to others before.
    const page = await metrics.getSingleMetricAsString('gateway_subgraph_up');
    const ours = page.match(/\{subgraph="(neighbours|notes)"\}.*/g)?.toSorted();
    expect(ours).toEqual(['{subgraph="neighbours"} 0', '{subgraph="notes"} 1']);
  });

  it('one that no subgraph has answered yet is not ready, and says so', async () => {
    const alone = await startGraph([absent]);
    const answer = await fetch(`${alone.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ status: 'not ready', failed: ['subgraphs'] });
    await alone.stop();
  });
});
