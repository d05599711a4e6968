import { buildSchema, parse, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createGraph } from '../../../test/differential/harness.ts';
import { shop } from '../../../test/differential/shop.ts';
import { selectOperation } from '../../operation/documents/select-operation.ts';
import { simplifyOperation } from './simplify.ts';

const apiSchema = buildSchema(`
  type Query { a: A! being: Being stood: Stood both: Both }
  type A { b: Int c: Int a: A n(n: Int): Int }
  interface Being { id: ID } interface Stood { id: ID }
  type Cat implements Being & Stood { id: ID purrs: Int } type Dog implements Being & Stood { id: ID }
  union Both = Cat | Dog`);

function simplified(source: string, on: readonly string[] = []): string {
  const { operation, fragments } = selectOperation(parse(source), undefined);
  const options = { apiSchema, interfaceObjects: new Set(['Stood']) };
  return print(simplifyOperation(operation, fragments, new Set(on), options)).replace(/\s+/g, ' ');
}

test.each([
  ['as it is', '{ a { b c } }', '{ a { b c } }'],
  ['with conditions decided', '{ a { b @skip(if: true) c @include(if: true) } }', '{ a { c } }'],
  ['with something in every set', '{ a { b @include(if: false) } }', '{ a { __typename } }'],
  [
    'each key once',
    '{ a { b } ...F a { c b } } fragment F on Query { a { n(n: 1) } }',
    '{ a { b n(n: 1) c } }',
  ],
  ['without what says nothing', '{ a { ... on A { b } ... { c } } }', '{ a { b c } }'],
  ['with the type of what is abstract', '{ being { id } }', '{ being { __typename id } }'],
  [
    'with narrower types apart',
    '{ both { ... on Being { ... on Cat { purrs } } ... on Being { id } } }',
    '{ both { __typename ... on Being { ... on Cat { purrs } id } } }',
  ],
  ['without a type that costs a fetch', '{ stood { id } }', '{ stood { id } }'],
  ['with the type wherever it is asked', '{ stood { t: __typename } }', '{ stood { __typename } }'],
  ['without questions about the schema', '{ __schema { types { name } } a { b } }', '{ __typename a { b } }'],
])('an operation is said %s', (_, source, text) => {
  expect(simplified(source)).toBe(text);
});

test('an operation is said for the switches that are on', () => {
  const source =
    'query ($v: Boolean!, $w: Boolean!) { a { b @include(if: $v) ... @skip(if: $w) { c @include(if: $v) } } }';
  const said = (on: string[]) => simplified(source, on).replace(/^query .*?\) /, '');
  expect(said([])).toBe('{ a { __typename } }');
  expect(said(['v'])).toBe('{ a { b c } }');
  expect(said(['v', 'w'])).toBe('{ a { b } }');
});

describe('mutations', () => {
  const repeated = `mutation M($again: Boolean!) {
  rename(id: "1", name: "Eve") { id }
  addReview(body: "Hi") { id }
  rename(id: "1", name: "Eve") @include(if: $again) { name }
}`;

  test.each([true, false])(
    'a field that is repeated after another subgraph runs once (%s)',
    async (again) => {
      const graph = createGraph(shop);
      const outcome = await graph.run(repeated, { again });
      const renames = graph.fetcher.requests.filter(({ query }) => query.includes('rename'));
      expect(renames).toHaveLength(1);
      expect(JSON.parse(JSON.stringify(outcome.data))).toEqual({
        rename: again ? { id: '1', name: 'Eve' } : { id: '1' },
        addReview: { id: 'new' },
      });
    },
  );

  test.each([
    [true, true, ['rename', 'addReview']],
    [false, true, ['addReview', 'rename']],
    [true, false, ['rename', 'addReview']],
    [false, false, ['addReview']],
  ])('a field under two conditions (%s, %s) runs where it first applies', async (first, second, order) => {
    const graph = createGraph(shop);
    const outcome = await graph.run(
      `mutation M($first: Boolean!, $second: Boolean!) {
      rename(id: "1", name: "Eve") @include(if: $first) { id }
      addReview(body: "Hi") { id }
      rename(id: "1", name: "Eve") @include(if: $second) { name }
    }`,
      { first, second },
    );
    const sent = graph.fetcher.requests.filter(({ query }) => query.startsWith('mutation'));
    const ran = sent.map(({ query }) => (query.includes('addReview') ? 'addReview' : 'rename'));
    expect(ran.filter((name) => Object.keys(outcome.data ?? {}).includes(name))).toEqual(order);
    expect(outcome.errors).toBeUndefined();
  });

  test('fields keep their order whatever fragments and conditions they are in', async () => {
    const graph = createGraph(shop);
    const outcome = await graph.run(
      `mutation M($a: Boolean!, $b: Boolean!) {
      one: rename(id: "1", name: "A") { id }
      ... @include(if: $a) { ... @skip(if: $b) { two: rename(id: "2", name: "B") { id } } }
      three: rename(id: "3", name: "C") { id }
      ...Rest @include(if: $a)
    }
    fragment Rest on Mutation { four: rename(id: "1", name: "D") { id } }`,
      { a: true, b: false },
    );
    const sent = graph.fetcher.requests.map(({ query }) => query);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.match(/one|two|three|four/g)).toEqual(['one', 'two', 'three', 'four']);
    expect(Object.keys(outcome.data ?? {})).toEqual(['one', 'two', 'three', 'four']);
  });
});
