import { printSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { plannerNames } from './planner.ts';
import { createGraph } from '../../test/differential/harness.ts';
import { shop } from '../../test/differential/shop.ts';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe.each(plannerNames)('planned by %s', (planner) => {
  test('an operation and a @requires may ask one field with different arguments', async () => {
    const outcome = await createGraph(shop, { planner }).run(
      '{ top(first: 1) { price(currency: "EUR") usd: price(currency: "USD") shipping } }',
    );
    expect(plain(outcome)).toEqual({ data: { top: [{ price: 10, usd: 20, shipping: 100_020 }] } });
  });

  test('two @requires may ask one field with different arguments', async () => {
    const outcome = await createGraph(shop, { planner }).run(
      '{ top(first: 2) { shipping postage inStock } }',
    );
    expect(plain(outcome)).toEqual({
      data: {
        top: [
          { shipping: 100_020, postage: 10, inStock: true },
          { shipping: 1_040, postage: 20, inStock: false },
        ],
      },
    });
  });

  test('clients never see the names that the planner plans with', () => {
    const { generation } = createGraph(shop, { planner });
    expect(printSchema(generation.apiSchema)).not.toContain('__req');
  });
});
