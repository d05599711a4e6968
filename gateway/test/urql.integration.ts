import { type AnyVariables, Client, fetchExchange, gql, type TypedDocumentNode } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

/** urql names every media type that it knows with each operation. */
function clientOf(preferGetMethod: boolean | 'force', answers: Response[]): Client {
  return new Client({
    url: `${graph.url}/graphql`,
    preferGetMethod,
    exchanges: [
      persistedExchange({ preferGetForPersistedQueries: Boolean(preferGetMethod), enableForMutation: true }),
      fetchExchange,
    ],
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      answers.push(answer);
      return answer;
    },
  });
}

const me: TypedDocumentNode<unknown, AnyVariables> = gql('query Me { me }');
const rename: TypedDocumentNode<unknown, AnyVariables> = gql(
  'mutation Rename { rename(id: "2", name: "Ben") { name } }',
);

it.each([false, 'force'] as const)(
  'urql is answered JSON, its persisted documents too; GET: %s',
  async (byGet) => {
    const answers: Response[] = [];
    const client = clientOf(byGet, answers);
    for (let i = 0; i < 2; i++) {
      const { data, error } = await client.query(me, {}, { requestPolicy: 'network-only' }).toPromise();
      expect([data, error]).toEqual([{ me: 'anonymous' }, undefined]);
    }
    const { data, error } = await client.mutation(rename, {}).toPromise();
    expect([data, error]).toEqual([{ rename: expect.objectContaining({ name: 'Ben' }) }, undefined]);
    expect(answers.at(-1)?.headers.get('graph-position')).toBe('renamed-2');
    for (const { headers } of answers) expect(headers.get('content-type')).toMatch(/json/);
  },
);
