import { afterEach, expect, test } from 'vitest';
import { check } from '../../../test/differential/check.ts';
import { generateGraph } from '../../../test/differential/generate-graph.ts';
import { explosion } from '../../../test/differential/graphs/explosion.ts';
import { requires } from '../../../test/differential/graphs/requires.ts';
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
    'a condition on a field of an interface, which it forgets for all types but one',
    explosion,
    [
      'query ($v: Boolean! = false) { heaviest { peer { peer { peer @include(if: $v) { ... on Alpha { fits } } } } } }',
    ],
  ],
  [
    'fields that need one field with different arguments, or under different conditions',
    requires,
    [
      '{ item { cost crate } }',
      'query ($v: Boolean! = false) { items { cost manifest @include(if: $v) id } }',
      'query ($v: Boolean! = true) { items { premium tax @skip(if: $v) } }',
    ],
  ],
  [
    'what needs others inside of what needs others',
    generateGraph(777_057),
    [
      '{ allCat_gold { f6 { f1 } } }',
      'query ($v: Boolean! = true) { allCat_gold { f6 @include(if: $v) { f1 } f5 } }',
    ],
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
