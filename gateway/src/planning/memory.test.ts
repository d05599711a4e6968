import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { anonymousContext } from '../../test/differential/harness.ts';
import { execute } from '../execution/execute.ts';
import { createGeneration } from './generation.ts';

const bound = 512 * 1024;

test('what is remembered of ever new operations stays within its bound', async () => {
  const generation = createGeneration(supergraph(), {
    cacheBytes: bound,
    fetcher: { fetch: async ({ subgraph }) => answers[subgraph] ?? { data: null } },
  });
  let made = 0;
  async function runNew(count: number): Promise<number> {
    for (const end = made + count; made < end; made++) {
      const compiled = await generation.plan(parse(`query Q${made} { a${made}: me { id name age } }`));
      await execute(compiled, { context: anonymousContext() });
      expect(generation.cachedBytes()).toBeLessThanOrEqual(bound);
    }
    return heapBytes();
  }
  const settled = await runNew(400);
  const later = await runNew(400);
  expect(generation.cachedBytes()).toBeGreaterThan(bound / 2);
  // 0.3 as measured; 5 if they were all kept.
  expect((later - settled) / 2 ** 20).toBeLessThan(2);
});

const answers: Record<string, { data: Record<string, unknown> }> = {
  names: { data: { me: { __typename: 'User', id: '1', name: 'Ada' } } },
  ages: { data: { _entities: [{ age: 36 }] } },
};

function supergraph(): string {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';
  const { supergraphSdl = '' } = composeServices(
    Object.entries({
      names: `${link} type Query { me: User } type User @key(fields: "id") { id: ID! name: String }`,
      ages: `${link} type User @key(fields: "id") { id: ID! age: Int }`,
    }).map(([name, sdl]) => ({ name, url: `http://${name}.invalid`, typeDefs: parse(sdl) })),
  );
  return supergraphSdl;
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
