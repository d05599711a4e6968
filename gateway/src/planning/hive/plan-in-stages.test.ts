import { afterEach, expect, test } from 'vitest';
import { check } from '../../../test/differential/check.ts';
import { generateGraph } from '../../../test/differential/generate-graph.ts';
import { requires } from '../../../test/differential/graphs/requires.ts';
import { createGraph } from '../../../test/differential/harness.ts';
import { shop } from '../../../test/differential/shop.ts';
import { createWorld, type World } from '../../../test/differential/world.ts';

let world: World | undefined;
afterEach(async () => {
  world?.generation.dispose();
  await world?.stock.stop();
});

const noTrouble = { faults: 0, sabotage: undefined, labels: [] };

/** What Hive's planner does not plan provably in one go. */
test.each([
  [
    'fields that need one field with different arguments',
    requires,
    ['{ item { cost crate } }', '{ items { cost manifest id } }', '{ items { premium tax } }'],
  ],
  [
    'what needs others inside of what needs others',
    generateGraph(777_057),
    ['{ allCat_gold { f6 { f1 } } }', '{ allCat_gold { f6 { f1 } f5 } }'],
  ],
  [
    'a type inside of itself, by fields that need others',
    generateGraph(777_013),
    ['{ oneAnt_red { f1 { ... on Ant { f1 { f0 } } } } }'],
  ],
])('is planned in stages: %s', { timeout: 60_000 }, async (_, graph, operations) => {
  world = await createWorld('stages', graph, 1, { timeoutMs: 30_000 });
  for (const source of operations) {
    expect((await check(world, { source, variables: {} }, noTrouble)).problem).toBeUndefined();
    expect(world.plans.map(({ planner }) => planner)).toEqual(['hive']);
  }
});

test('each of several mutations is planned in stages, all that its answer needs before the next', async () => {
  const planners: string[] = [];
  const graph = createGraph(shop, { onPlan: (_plan, _name, planner) => planners.push(planner) });
  const product = 'product { shipping postage }';
  await graph.run(`mutation { addReview(body: "a") { ${product} } b: addReview(body: "b") { ${product} } }`);
  expect(planners).toEqual(['hive']);
  const sent = graph.fetcher.requests.map(({ query }) => /addReview/.test(query));
  expect(sent.filter(Boolean)).toHaveLength(2);
  expect(sent.lastIndexOf(true)).toBeGreaterThan(sent.indexOf(false));
  graph.generation.dispose();
});
