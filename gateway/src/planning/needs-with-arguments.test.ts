import { describe, expect, test } from 'vitest';
import { createGraph, type Graph } from '../../test/differential/harness.ts';
import { shop } from '../../test/differential/shop.ts';
import { plannerNames } from './planner.ts';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Apollo's planner alone refuses what it plans wrongly. */
async function answerOf(graph: Graph, query: string): Promise<unknown> {
  return graph.run(query).then(plain, (error: Error) => error.message);
}

describe.each(plannerNames)('planned by %s', (planner) => {
  const isRight = (expected: object) =>
    planner === 'hive' ? [expected] : [expected, 'The operation cannot be planned.'];

  test('an operation and a @requires may ask one field with different arguments', async () => {
    const graph = createGraph(shop, { planner });
    const query = '{ top(first: 1) { price(currency: "EUR") usd: price(currency: "USD") shipping } }';
    const expected = { data: { top: [{ price: 10, usd: 20, shipping: 100_020 }] } };
    expect(isRight(expected)).toContainEqual(await answerOf(graph, query));
    graph.generation.dispose();
  });

  test('two @requires may ask one field with different arguments', async () => {
    const graph = createGraph(shop, { planner });
    const top = [
      { shipping: 100_020, postage: 10, inStock: true },
      { shipping: 1_040, postage: 20, inStock: false },
    ];
    const answer = await answerOf(graph, '{ top(first: 2) { shipping postage inStock } }');
    expect(isRight({ data: { top } })).toContainEqual(answer);
    graph.generation.dispose();
  });
});
