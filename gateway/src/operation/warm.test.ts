import { expect, test, vi } from 'vitest';
import { composeSupergraph, createLocalFetcher, schemaOf } from '../../test/differential/local-subgraphs.ts';
import { shop } from '../../test/differential/shop.ts';
import { createGeneration } from '../planning/generation.ts';
import type { Generation } from '../planning/types.ts';
import { createAdmit } from './admit.ts';
import { createEdgeContext } from './context.ts';
import { createEntries } from './documents/entries.ts';
import { createExamine } from './documents/examine.ts';
import { createFindDocument } from './documents/find-document.ts';
import { createExecute } from './execute.ts';
import { createRoad } from './road.ts';
import type { Serving } from './serving.ts';
import { warm, warmLimits } from './warm.ts';

const fetcher = createLocalFetcher(new Map(shop.map((subgraph) => [subgraph.name, schemaOf(subgraph)])));
const sdl = composeSupergraph(shop);

const labelled =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override"])';

/** A supergraph that counts how often it is asked for a plan. */
function servingWith(plan?: Generation['plan']): Serving & { asked: string[] } {
  const real = createGeneration(sdl, { fetcher });
  const asked: string[] = [];
  const generation: Generation = {
    ...real,
    plan(text, options) {
      asked.push(options?.operationName ?? 'anonymous');
      return (plan ?? real.plan)(text, options);
    },
  };
  return { generation, entries: createEntries(16 * 1024 * 1024), asked };
}

function roadOn(serving: () => Serving, overrideLabels: readonly string[] = []) {
  const trusted = { textOf: () => undefined, allows: () => true };
  const limits = { maxDepth: 20, maxAliases: 20, maxRootFields: 20, maxFields: 500, maxNameLength: 100 };
  const road = createRoad({
    admit: createAdmit({
      serving,
      examine: createExamine({
        findDocument: createFindDocument({ trusted, persisted: undefined }),
        limits,
        maxTokens: 1_000,
      }),
      persisted: undefined,
      takePoints: undefined,
      maxListItems: 1_000,
      overrideLabels,
      plansAll: true,
    }),
    execute: createExecute((outcome) => outcome as never),
    subscribe: () => ({ errors: [] }),
    format: (outcome) => outcome as never,
    observers: [],
    maxInFlight: 10,
  });
  return (query: string, variables?: Record<string, unknown>) =>
    road({
      request: { query, variables },
      head: undefined,
      mayMutate: true,
      mayStream: false,
      createContext: () =>
        createEdgeContext({ identity: { kind: 'anonymous' }, requestId: 'r', deadlineMs: 60_000 }),
    });
}

const often = 'query Often { top(first: 1) { title } }';
const once = 'query Once { top(first: 2) { title } }';

test('what ran more than once is planned before a swap, under the key that requests look for', async () => {
  const before = servingWith();
  let current: Serving = before;
  const ask = roadOn(() => current);
  for (const query of [often, often, once, 'query Wrong { nope }', 'query Wrong { nope }']) await ask(query);
  expect(before.asked).toEqual(['Often', 'Once', 'Wrong', 'Wrong']);

  const next = servingWith();
  expect(await warm(next, before, { maxTokens: 1_000, withinMs: 60_000 })).toEqual({
    planned: 1,
    failed: 0,
  });
  current = next;
  expect(await ask(often)).toMatchObject({ kind: 'answer', status: 200 });
  expect(next.asked).toEqual(['Often']);
  await ask(once);
  expect(next.asked).toEqual(['Often', 'Once']);
}, 120_000);

test('a planner that does not end holds up no supergraph, although the clock is set back', async () => {
  const before = servingWith();
  const ask = roadOn(() => before);
  for (const query of [often, often, once, once]) await ask(query);
  const next = servingWith(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    return new Promise(() => undefined);
  });
  const outcome = await warm(next, before, { maxTokens: 1_000, withinMs: 50 }).finally(vi.useRealTimers);
  expect(outcome.planned).toBe(0);
  expect(outcome.failed).toBeGreaterThan(0);
}, 120_000);

test('of an operation with many conditions only what was used last is planned before a swap', async () => {
  const before = servingWith();
  const ask = roadOn(() => before);
  const names = Array.from('abcdefgh');
  const query = `query Many(${names.map((name) => `$${name}: Boolean = false`).join()}) {
    top(first: 1) { title ${names.map((name) => `${name}: title @include(if: $${name})`).join(' ')} }
  }`;
  for (const name of names) await ask(query, { [name]: true });
  expect(before.asked).toHaveLength(names.length);

  const asked: (readonly string[] | undefined)[] = [];
  const real = servingWith();
  const generation: Generation = {
    ...real.generation,
    plan(text, options) {
      asked.push(options?.switchesOn);
      return real.generation.plan(text, options);
    },
  };
  const { planned } = await warm({ ...real, generation }, before, { maxTokens: 1_000, withinMs: 60_000 });
  expect(planned).toBe(warmLimits.plansPerOperation);
  expect(asked).toEqual([['h'], ['g'], ['f'], ['e']]);
}, 120_000);

test('what ran under labels is planned under them', async () => {
  const moving = composeSupergraph([
    { name: 'old', sdl: `${labelled} type Query { thing: String! }` },
    {
      name: 'fresh',
      sdl: `${labelled} type Query { thing: String! @override(from: "old", label: "moved") }`,
    },
  ]);
  const planned: string[] = [];
  const noting = () => {
    const { plan, ...rest } = createGeneration(moving, {
      fetcher: { fetch: async ({ subgraph }) => ({ data: { thing: subgraph } }) },
    });
    const generation: Generation = {
      ...rest,
      plan(text, options) {
        planned.push([...(options?.overrideLabels ?? [])].join());
        return plan(text, options);
      },
    };
    return { generation, entries: createEntries(16 * 1024 * 1024) };
  };
  const before = noting();
  let current: Serving = before;
  const ask = roadOn(() => current, ['moved']);
  for (let time = 0; time < 2; time++) {
    expect(await ask('{ thing }')).toMatchObject({ result: { data: { thing: 'fresh' } } });
  }
  const next = noting();
  expect(await warm(next, before, { maxTokens: 1_000, withinMs: 60_000 })).toEqual({ planned: 1, failed: 0 });
  current = next;
  expect(await ask('{ thing }')).toMatchObject({ result: { data: { thing: 'fresh' } } });
  // By a request on the first, and by the warm-up of the second; by no request on that.
  expect(planned).toEqual(['moved', 'moved']);
  for (const { generation } of [before, next]) generation.dispose();
}, 120_000);
