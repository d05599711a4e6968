import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let neighbours: RunningSubgraph;
let graph: TestGraph;

beforeAll(async () => {
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  graph = await startGraph([neighbours]);
});
afterAll(async () => {
  await graph.stop();
  await neighbours.server.app.close();
});

/**
 * Recommendations that Apollo Server does not follow: it answers 400 to a document
 * that does not parse or validate, and to variables that do not fit, also when the client asks for
 * `application/json`.
 */
const knownWarnings = new Set(['572B', 'FDE2', '7B9B']);

describe('the specification GraphQL over HTTP', () => {
  const audits = serverAudits({
    url: () => `${graph.url}/graphql`,
    // What the prevention of cross-site requests asks of a GET.
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...init.headers, 'apollo-require-preflight': '1' } }),
  });
  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    '%s %s',
    async (id, _name, audit) => {
      const result = await audit.fn();
      if (result.status === 'ok' || result.status === 'notice') return;
      if (result.status === 'warn' && knownWarnings.has(id)) return;
      expect.fail(`${result.status}: ${result.reason}`);
    },
  );
});
