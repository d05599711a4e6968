import { expect, test } from 'vitest';
import { differenceBeyondNulls } from '../../test/differential/compare.ts';
import { link } from '../../test/differential/graphs/link.ts';
import { createGraph } from '../../test/differential/harness.ts';
import { hash } from '../../test/differential/random.ts';
import { shop } from '../../test/differential/shop.ts';
import type { SubgraphResponse } from './types.ts';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** One subgraph that answers this, whatever it is asked. */
function answering(data: Record<string, unknown>) {
  const sdl = `${link}
    type Query { s: S u: U other: Int id: ID ids: [ID] big: Int }
    interface S { id: ID } type A implements S { id: ID a: Int } type B implements S { id: ID }
    union U = A | B type C { id: ID }`;
  return createGraph([{ name: 'one', sdl, resolvers: {} }], {
    intercept: async () => ({ data: { ...data } }),
  });
}

test.each([
  ['{ other s { id } }', { other: 1, s: { __typename: 'C', id: '1' } }, ['s']],
  ['{ other s { ... on A { a } } }', { other: 1, s: { __typename: 'C', id: '1' } }, ['s']],
  ['{ other s: u { ... on A { a } } }', { other: 1, s: { __typename: 'C' } }, ['s']],
  ['{ other s: u { ... on A { a } } }', { other: 1, s: { a: 1 } }, ['s']],
])('an object of an unexpected type costs its own place only: %s', async (query, data, path) => {
  const { data: got, errors } = await answering(data).run(query);
  expect(plain(got)).toEqual({ other: 1, s: null });
  expect(errors?.map((error) => error.path)).toEqual([path]);
});

test('an ID that is a number is told as a string, an Int out of range is an error', async () => {
  const graph = answering({ id: 7, ids: [8, 'x', null, 1.5], big: 3_000_000_000 });
  const { data, errors } = await graph.run('{ id ids big }');
  expect(plain(data)).toEqual({ id: '7', ids: ['8', 'x', null, null], big: null });
  expect(errors?.map(({ path }) => path)).toEqual([['ids', 3], ['big']]);
});

const heavy = `{ users { name email reviews { body product { title shipping inStock reviews(first: 1) { author { name } } } } }
  top(first: 2) { title postage reviews { body author { email } } } }`;

test('a field that is not asked for, because something required is missing, has an error of its own', async () => {
  const graph = createGraph([...shop], {
    intercept: ({ subgraph }) =>
      subgraph === 'products'
        ? Promise.resolve({ data: { top: [{ __typename: 'Product', upc: 'a', title: 'Anvil' }] } })
        : undefined,
  });
  const { errors } = await graph.run('{ top(first: 1) { title inStock shipping } }');
  expect(errors?.map(({ path }) => path)).toContainEqual(['top', 0, 'shipping']);
});

test('whatever a subgraph leaves out, each empty place has an error', async () => {
  const whole = await createGraph(shop).run(heavy);
  const graph = createGraph(shop);
  const { fetch } = graph.fetcher;
  let seed = 0;
  graph.fetcher.fetch = async (request) => withHoles(await fetch(request), seed);
  let left = 0;
  for (seed = 1; seed <= 60; seed++) {
    const { data, errors } = await graph.run(heavy);
    expect(differenceBeyondNulls({ data, errors }, whole)).toBeUndefined();
    left += errors?.length ?? 0;
  }
  expect(left).toBeGreaterThan(60);
});

function withHoles(response: SubgraphResponse, seed: number): SubgraphResponse {
  let place = 0;
  const cut = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(cut);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(() => hash(seed, place++) % 25 !== 0);
    return Object.fromEntries(kept.map(([key, one]) => [key, cut(one)]));
  };
  return { ...response, data: cut(response.data) as Record<string, unknown> };
}
