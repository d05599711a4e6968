import { expect, test } from 'vitest';
import { createGraph } from '../../test/differential/harness.ts';
import type { LocalSubgraph } from '../../test/differential/local-subgraphs.ts';
import { labelsFor } from './override-labels.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"])`;
const answering = (from: string) => ({
  Thing: { __resolveReference: (ref: object) => ref, name: () => from },
});
const things: LocalSubgraph[] = [
  {
    name: 'old',
    sdl: `${link} type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! name: String }`,
    resolvers: { ...answering('old'), Query: { thing: () => ({ id: '1' }) } },
  },
  {
    name: 'fresh',
    sdl: `${link} type Thing @key(fields: "id") { id: ID! name: String @override(from: "old", label: "percent(25)") }`,
    resolvers: answering('fresh'),
  },
];

test('a label decides which subgraph answers, for each request', async () => {
  const graph = createGraph(things);
  const ask = async (overrideLabels: string[]) =>
    (await graph.run('{ thing { name } }', {}, { overrideLabels })).data?.thing;
  expect(await ask([])).toEqual({ name: 'old' });
  expect(await ask(['percent(25)'])).toEqual({ name: 'fresh' });
  expect(await ask([])).toEqual({ name: 'old' });
  expect(graph.generation.overrideLabels).toEqual(['percent(25)']);
});

test('labels the supergraph does not know make no plans of their own', async () => {
  let plans = 0;
  const { generation } = createGraph(things, { onPlan: () => plans++ });
  const asked = [[], ['made up']].map((overrideLabels) =>
    generation.plan('{ thing { id } }', { overrideLabels }),
  );
  const [one, other] = await Promise.all(asked);
  expect(one).toBe(other);
  expect(plans).toBe(1);
});

test('percent(n) is on for about n of a hundred callers, and always for the same ones', () => {
  const on = (caller: string) =>
    labelsFor({ requestId: caller, identity: null, cacheKeyOfIdentity: null, deadline: 0 }, [
      'percent(25)',
      'beta',
    ]);
  const chosen = Array.from({ length: 2_000 }, (_, i) => on(`r${i}`).length);
  const share = chosen.reduce((sum, one) => sum + one, 0) / chosen.length;
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.3);
  expect(on('r1')).toEqual(on('r1'));
});
