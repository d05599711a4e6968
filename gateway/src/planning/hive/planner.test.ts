import { afterEach, expect, test } from 'vitest';
import { generateGraph } from '../../../test/differential/generate-graph.ts';
import { composeSupergraph } from '../../../test/differential/local-subgraphs.ts';
import { shop } from '../../../test/differential/shop.ts';
import type { Planner } from '../planner.ts';
import { createHivePlanner } from './planner.ts';

let planner: Planner | undefined;
afterEach(() => planner?.stop());

function plannerOf(sdl: string, onKill: () => void): Planner {
  planner = createHivePlanner({ sdl, allowsIntrospection: true }, { onKill, timeoutMs: 20_000 });
  return planner;
}

const { signal } = new AbortController();
const question = (text: string, isValid = true) => ({
  text,
  operationName: undefined,
  labels: [],
  switchesOn: [],
  isValid,
  isPlanWanted: true,
  caller: 'a',
  signal,
});

/** Its native code panics on this one. */
const panicking = '{ allDog_red { f2 f4 b: f3 } allAnt_green { f4 } }';

test('an operation on which the native planner panics is planned in stages', {
  timeout: 120_000,
}, async () => {
  let kills = 0;
  const hive = plannerOf(composeSupergraph(generateGraph(6)), () => kills++);
  expect(await hive.examine(question(panicking))).toMatchObject({
    findings: { kind: 'planned' },
  });
  expect(kills).toBe(1);
  expect(await hive.examine(question('{ allDog_red { f1 } }'))).toMatchObject({
    findings: { plan: { node: { kind: 'Fetch' } } },
  });
});

test('several sets of entities of one subgraph go out in one request', async () => {
  const hive = plannerOf(composeSupergraph(shop), () => {});
  const { findings } = await hive.examine(
    question('{ top(first: 1) { shipping } search { ... on Product { inStock } } }'),
  );
  expect(JSON.stringify(findings)).toContain('"kind":"BatchFetch"');
});

test('what the planner cannot plan is said of the operation', async () => {
  const hive = plannerOf(composeSupergraph(shop), () => {});
  await expect(hive.examine(question('{ nope }'))).rejects.toMatchObject({ reason: 'unplannable' });
});

test('what is not valid is not planned', async () => {
  const hive = plannerOf(composeSupergraph(shop), () => {});
  expect((await hive.examine(question('{ wholly_unlike }', false))).findings).toEqual({
    kind: 'invalid',
    problems: [{ message: 'Cannot query field "wholly_unlike" on type "Query".', positions: [2] }],
  });
});
