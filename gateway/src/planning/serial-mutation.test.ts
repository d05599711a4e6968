import { expect, test } from 'vitest';
import { createGraph } from '../../test/differential/harness.ts';
import { shop } from '../../test/differential/shop.ts';

const repeated = `mutation M($again: Boolean!) {
  rename(id: "1", name: "Eve") { id }
  addReview(body: "Hi") { id }
  rename(id: "1", name: "Eve") @include(if: $again) { name }
}`;

test.each([true, false])('a field that is repeated after another subgraph runs once (%s)', async (again) => {
  const graph = createGraph(shop);
  const outcome = await graph.run(repeated, { again });
  const renames = graph.fetcher.requests.filter(({ query }) => query.includes('rename'));
  expect(renames).toHaveLength(1);
  expect(JSON.parse(JSON.stringify(outcome.data))).toEqual({
    rename: again ? { id: '1', name: 'Eve' } : { id: '1' },
    addReview: { id: 'new' },
  });
});

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
