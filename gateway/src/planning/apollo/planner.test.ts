import { afterEach, expect, test } from 'vitest';
import { interfaces } from '../../../test/differential/graphs/interfaces.ts';
import { link } from '../../../test/differential/graphs/link.ts';
import { anonymousContext } from '../../../test/differential/harness.ts';
import {
  composeSupergraph,
  createLocalFetcher,
  schemaOf,
} from '../../../test/differential/local-subgraphs.ts';
import { shop } from '../../../test/differential/shop.ts';
import { execute } from '../../execution/execute.ts';
import { createGeneration } from '../generation.ts';
import type { Generation, GenerationOptions } from '../types.ts';

const fetcher = createLocalFetcher(new Map(shop.map((subgraph) => [subgraph.name, schemaOf(subgraph)])));
const made: Generation[] = [];

afterEach(() => {
  for (const generation of made.splice(0)) generation.dispose();
});

function threaded(sdl: string, options: Partial<GenerationOptions> = {}): Generation {
  const generation = createGeneration(sdl, { fetcher, planner: 'apollo', planInThread: true, ...options });
  made.push(generation);
  return generation;
}

test('plans in a thread as well as in place', async () => {
  const generation = threaded(composeSupergraph(shop));
  const queries = ['{ top(first: 1) { title inStock } }', '{ users { name } }'];
  const compiled = await Promise.all(queries.map((query) => generation.plan(query)));
  const outcomes = await Promise.all(compiled.map((one) => execute(one, { context: anonymousContext() })));
  expect(JSON.parse(JSON.stringify(outcomes))).toEqual([
    { data: { top: [{ title: 'Anvil', inStock: true }] } },
    { data: { users: [{ name: 'Ada' }, { name: 'Bob' }, { name: 'Cyd' }] } },
  ]);
});

test('plans one operation once for all who ask together', async () => {
  const generation = threaded(composeSupergraph(shop));
  const text = '{ users { name } }';
  const [first, second] = await Promise.all([generation.plan(text), generation.plan(text)]);
  expect(first).toBe(second);
});

test('survives an operation on which the planner does not end', { timeout: 180_000 }, async () => {
  const [library, ratings] = interfaces;
  if (!library || !ratings) throw new Error('The graph has both');
  const endless = {
    name: 'sales',
    sdl: `${link}
      type Media @interfaceObject @key(fields: "id") {
        id: ID! pages(from: Int): Int! @external heft: Int @requires(fields: "pages(from: 3)")
      }`,
  };
  const generation = threaded(composeSupergraph([library, ratings, endless]), {
    timeoutMs: 10_000,
    maxHeapMiB: 128,
  });
  await generation.plan('{ best { id } }');
  const text = '{ worst { ... on Song { heft } } }';
  await expect(generation.plan(text)).rejects.toThrow('could not be planned');
  const again = generation.plan(text);
  await expect(again).rejects.toThrow('could not be planned');
  expect((await generation.plan('{ best { stars } }')).kind).toBe('query');
});
