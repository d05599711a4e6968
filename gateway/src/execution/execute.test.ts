import { beforeEach, describe, expect, test } from 'vitest';
import { anonymousContext, createGraph, type Graph } from '../../test/differential/harness.ts';
import { shop } from '../../test/differential/shop.ts';
import { execute, executeRest } from './execute.ts';

let graph: Graph;
beforeEach(() => {
  graph = createGraph(shop);
});

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('queries', () => {
  test('cross four subgraphs', async () => {
    const outcome = await graph.run(`{
      users { name reviews { body product { title inStock reviews { id author { name } } } } }
    }`);
    expect(outcome.errors).toBeUndefined();
    expect(plain(outcome.data)).toMatchObject({
      users: [
        {
          name: 'Ada',
          reviews: [
            {
              body: 'Heavy',
              product: {
                title: 'Anvil',
                inStock: true,
                reviews: [
                  { id: 'r1', author: { name: 'Ada' } },
                  { id: 'r3', author: { name: 'Ada' } },
                ],
              },
            },
            { body: 'Heavy too' },
          ],
        },
        { name: 'Bob', reviews: [{ body: 'Round' }] },
        { name: 'Cyd', reviews: [] },
      ],
    });
  });

  test('send each representation once', async () => {
    await graph.run('{ latest { author { name } } }');
    const sent = graph.fetcher.requests.filter((request) => request.subgraph === 'accounts');
    expect(sent.map((request) => JSON.parse(request.variablesJson))).toEqual([
      {
        representations: [
          { __typename: 'User', id: '1' },
          { __typename: 'User', id: '2' },
        ],
      },
    ]);
  });

  test('merge equal fetches of one level', async () => {
    const outcome = await graph.run('{ a: latest { product { title } } b: latest { product { title } } }');
    expect(outcome.errors).toBeUndefined();
    const sent = graph.fetcher.requests.filter((request) => request.subgraph === 'products');
    expect(sent).toHaveLength(1);
  });

  test('keep an alias apart from a key of the same name', async () => {
    const outcome = await graph.run('{ top(first: 2) { upc: title inStock } }');
    expect(plain(outcome)).toEqual({
      data: {
        top: [
          { upc: 'Anvil', inStock: true },
          { upc: 'Ball', inStock: false },
        ],
      },
    });
  });

  test('answer introspection beside data', async () => {
    const outcome = await graph.run(
      '{ __typename top(first: 1) { __typename t: title } __type(name: "User") { kind } }',
    );
    expect(plain(outcome.data)).toEqual({
      __typename: 'Query',
      top: [{ __typename: 'Product', t: 'Anvil' }],
      __type: { kind: 'OBJECT' },
    });
  });

  test('obey skip and include with variables', async () => {
    const query =
      'query Q($a: Boolean!, $b: Boolean = true) { top(first: 1) { title @skip(if: $a) inStock @include(if: $b) } }';
    expect(plain((await graph.run(query, { a: true })).data)).toEqual({ top: [{ inStock: true }] });
    expect(plain((await graph.run(query, { a: false, b: false })).data)).toEqual({
      top: [{ title: 'Anvil' }],
    });
  });

  test('shape unions by the runtime type', async () => {
    const outcome = await graph.run(
      '{ search { __typename ... on Product { v: title inStock } ... on Voucher { v: code value } } }',
    );
    expect(plain(outcome.data)).toEqual({
      search: [
        { __typename: 'Product', v: 'Anvil', inStock: true },
        { __typename: 'Voucher', v: 'X1', value: 5 },
      ],
    });
  });

  test('give objects no prototype to pollute', async () => {
    const { data } = await graph.run('{ user(id: "1") { name } }');
    expect(data && 'toString' in data).toBe(false);
  });

  test('refuse response keys that name a prototype', async () => {
    await expect(graph.run('{ user(id: "1") { __proto__: name } }')).rejects.toThrow(
      'cannot be a response key',
    );
  });

  test('know names of Object.prototype as names', async () => {
    const outcome = await graph.run('{ constructor: user(id: "1") { prototype: name toString: email } }');
    expect(plain(outcome)).toEqual({
      data: { constructor: { prototype: 'Ada', toString: 'ada@example.org' } },
    });
  });

  test('refuse bad variables before anything runs', async () => {
    const outcome = await graph.run('query Q($n: Int!) { top(first: $n) { title } }', { n: 'many' });
    expect(outcome.data).toBeUndefined();
    expect(outcome.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(graph.fetcher.requests).toHaveLength(0);
  });
});

describe('errors', () => {
  test('of an entity are where the entity is, under the response keys of the client', async () => {
    const outcome = await graph.run('{ people: users { name hard: strict } }');
    expect(plain(outcome.data)).toBeNull();
    expect(outcome.errors?.map((error) => [error.message, error.path])).toEqual([
      ['strict fails for 2', ['people', 1, 'hard']],
    ]);
  });

  test('of one root field leave the others', async () => {
    const outcome = await graph.run('{ broken { name } top(first: 1) { title } }');
    expect(plain(outcome.data)).toEqual({ broken: null, top: [{ title: 'Anvil' }] });
    expect(outcome.errors?.map((error) => error.path)).toEqual([['broken']]);
    expect(outcome.errors?.[0]?.extensions.code).toBe('DOWNSTREAM_ERROR');
  });

  test('of a subgraph that is down null what it owns and nothing else', async () => {
    graph = createGraph(shop, {
      intercept: ({ subgraph }) => (subgraph === 'accounts' ? Promise.reject(new Error('down')) : undefined),
    });
    const outcome = await graph.run('{ latest { body author { id email } } }');
    expect(plain(outcome.data)).toMatchObject({
      latest: [{ body: 'Heavy', author: { id: '1', email: null } }, {}, {}],
    });
    expect(outcome.errors?.map((error) => error.path)).toEqual([['latest']]);
    expect(outcome.errors?.[0]?.extensions).toEqual({ code: 'DOWNSTREAM_ERROR', reason: 'UNREACHABLE' });
  });
});

describe('mutations', () => {
  test('run in order across subgraphs and complete their payloads', async () => {
    const outcome = await graph.run(`mutation {
      first: rename(id: "1", name: "Eve") { name reviews { id } }
      second: addReview(body: "Hi") { body author { name } }
      third: rename(id: "2", name: "Fay") { name }
    }`);
    expect(outcome.errors).toBeUndefined();
    expect(Object.keys(outcome.data ?? {})).toEqual(['first', 'second', 'third']);
    const mutations = graph.fetcher.requests.filter((request) => request.kind === 'mutation');
    expect(mutations.map((request) => request.subgraph)).toEqual(['accounts', 'reviews', 'accounts']);
  });
});

describe('a client that leaves', () => {
  const args = () => {
    const controller = new AbortController();
    controller.abort();
    return { context: anonymousContext(), signal: controller.signal };
  };

  test('ends a query', async () => {
    const compiled = await graph.generation.plan('{ users { name } }');
    const outcome = await execute(compiled, args());
    expect(outcome.errors?.[0]?.extensions).toMatchObject({ reason: 'CANCELLED' });
    expect(graph.fetcher.requests).toHaveLength(0);
  });

  test('does not leave a mutation half done', async () => {
    const compiled = await graph.generation.plan(
      'mutation { rename(id: "1", name: "Eve") { id } addReview(body: "Hi") { id } }',
    );
    const outcome = await execute(compiled, args());
    expect(outcome.errors).toBeUndefined();
    expect(graph.fetcher.requests.map(({ signal }) => signal)).toEqual([undefined, undefined]);
  });
});

test('past the deadline no subgraph is asked', async () => {
  const compiled = await graph.generation.plan('{ users { name } }');
  const outcome = await execute(compiled, { context: anonymousContext({ deadline: performance.now() - 1 }) });
  expect(outcome.errors?.[0]?.extensions).toMatchObject({ reason: 'DEADLINE' });
  expect(graph.fetcher.requests).toHaveLength(0);
});

describe('subscriptions', () => {
  test('open one upstream and complete each event', async () => {
    const compiled = await graph.generation.plan(
      'subscription S { added: reviewAdded { body author { name } product { title inStock } } }',
    );
    expect(compiled.subscription).toMatchObject({
      serviceName: 'reviews',
      operationKind: 'subscription',
      responseShape: { fieldName: 'reviewAdded', upstreamKey: 'added', clientKey: 'added' },
      hasRest: true,
    });
    const event = {
      data: {
        added: {
          body: 'Fresh',
          author: { __typename: 'User', id: '3' },
          product: { __typename: 'Product', upc: 'b' },
        },
      },
    };
    const before = plain(event);
    const outcome = await executeRest(compiled, event, { context: anonymousContext() });
    expect(plain(outcome)).toEqual({
      data: { added: { body: 'Fresh', author: { name: 'Cyd' }, product: { title: 'Ball', inStock: false } } },
    });
    expect(event).toEqual(before);
  });

  test('runs that share their batches ask together, and each keeps its own faults', async () => {
    const compiled = await graph.generation.plan('subscription { reviewAdded { body author { name } } }');
    const eventOf = (id: string) => ({
      data: { reviewAdded: { body: id, author: { __typename: 'User', id } } },
    });
    const context = anonymousContext();
    const batches = new Map();
    const outcomes = await Promise.all(
      ['1', '3', 'nobody'].map((id) => executeRest(compiled, eventOf(id), { context, batches })),
    );
    expect(graph.fetcher.requests).toHaveLength(1);
    expect(plain(outcomes)).toMatchObject([
      { data: { reviewAdded: { body: '1', author: { name: 'Ada' } } } },
      { data: { reviewAdded: { body: '3', author: { name: 'Cyd' } } } },
      { missing: 'gone' },
    ]);
    expect(outcomes.map((outcome) => 'missing' in outcome)).toEqual([false, false, true]);
  });
});
