import { expect, test } from 'vitest';
import { check } from '../../../test/differential/check.ts';
import { link } from '../../../test/differential/graphs/link.ts';
import { createWorld } from '../../../test/differential/world.ts';

/** `walk` needs `bark` needs `walkies` needs `mood`, each in the other subgraph. */
const chain = [
  { name: 'home', sdl: `${link} type Query { dogs: [Dog!]! } type Dog @key(fields: "id") { id: ID! }` },
  {
    name: 'park',
    sdl: `${link} type Query { park: Int } type Dog @key(fields: "id") { id: ID! mood(at: Int): String! @external
      walkies: ID @requires(fields: "mood") bark: ID @external walk: Int @requires(fields: "bark") }`,
  },
  {
    name: 'street',
    sdl: `${link} type Query { street: Int } type Dog @key(fields: "id") { id: ID! mood(at: Int): String!
      walkies: ID @external bark: ID @requires(fields: "walkies") }`,
  },
];

const noTrouble = { faults: 0, sabotage: undefined, labels: [] };

const asked = ['bark walk', 'walkies walk', 'walk', 'walkies bark walk mood(at: 3)'];

test.each(asked)(
  'a chain of @requires to and fro between subgraphs: %s',
  { timeout: 60_000 },
  async (fields) => {
    for (const seed of [1, 2]) {
      const world = await createWorld('chain', chain, seed, { timeoutMs: 30_000 });
      const { problem } = await check(world, { source: `{ dogs { ${fields} } }`, variables: {} }, noTrouble);
      expect(problem).toBeUndefined();
      expect(world.plans).toMatchObject([{ planner: 'hive' }]);
      await world.stock.stop();
      world.generation.dispose();
    }
  },
);
