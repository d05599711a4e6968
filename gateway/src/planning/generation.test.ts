import { expect, test } from 'vitest';
import { createGraph } from '../../test/differential/harness.ts';
import { shop } from '../../test/differential/shop.ts';

const text = '{ users { name } }';
const left = { extensions: { reason: 'CANCELLED', http: { status: 499 } } };
const late = { extensions: { reason: 'DEADLINE', http: { status: 504 } } };

test.each([
  ['has left', () => ({ signal: AbortSignal.abort() }), left],
  ['has no more time', () => ({ deadline: performance.now() - 1 }), late],
])('nothing is planned for who %s', async (_, waiter, refusal) => {
  let plans = 0;
  const { generation } = createGraph(shop, { planner: 'apollo', onPlan: () => plans++ });
  await expect(generation.plan(text, waiter())).rejects.toMatchObject(refusal);
  expect(plans).toBe(0);
  await generation.plan(text);
  expect(plans).toBe(1);
});

test('who leaves while another waits for the same plan leaves alone', async () => {
  const { generation } = createGraph(shop, { planner: 'apollo' });
  const leaver = new AbortController();
  const leaving = generation.plan(text, { signal: leaver.signal });
  const staying = generation.plan(text);
  leaver.abort();
  await expect(leaving).rejects.toMatchObject(left);
  expect((await staying).kind).toBe('query');
});

test('an operation is planned for the switches that are on, for each set of them once', async () => {
  const source = 'query ($v: Boolean! = true) { users { name @include(if: $v) id } }';
  const graph = createGraph(shop);
  const answers = [];
  for (const variables of [{}, { v: true }, { v: false }]) {
    graph.fetcher.requests.length = 0;
    answers.push((await graph.run(source, variables)).data);
    expect(graph.fetcher.requests[0]?.query.includes('name')).toBe(variables.v !== false);
    expect(graph.fetcher.requests[0]?.query).not.toContain('@');
  }
  const [byDefault, on, off] = JSON.parse(JSON.stringify(answers)) as { users: object[] }[];
  expect(byDefault?.users[0]).toEqual({ name: 'Ada', id: '1' });
  expect(on).toEqual(byDefault);
  expect(off?.users[0]).toEqual({ id: '1' });
  graph.generation.dispose();
});
