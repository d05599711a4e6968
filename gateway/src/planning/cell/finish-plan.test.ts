import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { finishPlan } from './finish-plan.ts';
import type { FetchNode, Plan } from '../plan.ts';
import { createReader } from '../prove/read-text.ts';

const fetchOf = (operation: string, operationName?: string): FetchNode => ({
  kind: 'Fetch',
  subgraph: 'post-2',
  operation,
  operationName,
  operationKind: 'query',
  variables: [],
});
const nameOf = (text: string) => {
  const [definition] = parse(text).definitions;
  return definition && 'name' in definition ? definition.name?.value : null;
};
const finished = (plan: Plan, name: string | undefined) => finishPlan(plan, name, createReader());
const only = ({ node }: Plan) => node as FetchNode;

test.each([
  '{a}',
  'query{a}',
  'query($x:ID){a}',
  'query ($x: ID!) @live {a}',
  'mutation{a}',
  'subscription{a}',
  'query {a}',
])('a fetch without a name gets that of its operation: %s', (text) => {
  const named = only(finished({ node: fetchOf(text) }, 'Say'));
  expect(named.operationName).toBe('Say__post_2');
  expect(nameOf(named.operation)).toBe('Say__post_2');
});

test('one that has a name keeps it, and an anonymous operation gives none', () => {
  expect(only(finished({ node: fetchOf('query Own{a}', 'Own') }, 'Say')).operation).toBe('query Own{a}');
  expect(only(finished({ node: fetchOf('{a}') }, undefined)).operation).toBe('{a}');
});

test('fetches are named wherever they stand', () => {
  const fetch = fetchOf('{a}');
  const plan: Plan = {
    primary: { ...fetch, operation: 'subscription{a}', operationKind: 'subscription' },
    node: {
      kind: 'Sequence',
      nodes: [{ kind: 'Parallel', nodes: [{ kind: 'Flatten', path: [], node: fetch }] }, fetch],
    },
  };
  const text = JSON.stringify(finished(plan, 'Say'));
  expect(text.match(/"operationName":"Say__post_2"/g)).toHaveLength(3);
});

test('a fetch of root fields says their keys, one of entities does not', () => {
  const text = '{__typename a b:a ...F ...on Query{c}} fragment F on Query{d}';
  expect(only(finished({ node: fetchOf(text) }, 'Say')).rootKeys).toEqual(['a', 'b', 'd', 'c']);
  const entities = { ...fetchOf('{_entities{a}}'), requires: [] };
  expect(only(finished({ node: entities }, 'Say')).rootKeys).toBeUndefined();
});
