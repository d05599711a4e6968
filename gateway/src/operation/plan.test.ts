import { expect, test } from 'vitest';
import type { CompiledOperation } from '../execution/types.ts';
import { createEntries } from './documents/entries.ts';
import { readEntry } from './admit.ts';
import { entryLimits, type KnownOperation } from './documents/entry.ts';
import { parseDocument } from './documents/parse-document.ts';
import { lastPlannedFor, planOf } from './plan.ts';
import type { Serving } from './serving.ts';

const compiledOf = (planText: string) => ({ bytes: 1, planText }) as CompiledOperation;

/** An operation, planned by somebody who counts what it is asked. */
function start() {
  const text = 'query Feed { a }';
  const planned: string[] = [];
  const plan = async (_text: string, { switchesOn = [] }: { switchesOn?: readonly string[] }) => {
    planned.push(switchesOn.join());
    return compiledOf(switchesOn.join());
  };
  const compiled: string[] = [];
  const compile = (_text: string, planText: string) => {
    compiled.push(planText);
    return compiledOf(planText);
  };
  const entries = createEntries(1_000_000);
  const serving = { generation: { compile, plan }, entries } as unknown as Serving;
  const waiter = { caller: 'a', signal: undefined, deadline: Infinity };
  const operationNow = () => {
    const entry = readEntry(serving, { hash: 'hash', text }, parseDocument(text, 100));
    return { entry, operation: entry.operations[0] as KnownOperation };
  };
  const ask = async (name: string) => {
    const { entry, operation } = operationNow();
    return planOf(serving, entry, operation, { labels: [], switchesOn: [name] }, waiter);
  };
  return { ask, compiled, entries, operationNow, planned };
}

test('of the plans of an operation those used last stay, however many others somebody asks for', async () => {
  const { ask, operationNow, planned } = start();
  await ask('popular');
  for (let at = 0; at < 3 * entryLimits.plansPerOperation; at++) {
    await ask(`s${at}`);
    await ask('popular');
  }
  expect(planned.filter((name) => name === 'popular')).toHaveLength(1);
  const { operation } = operationNow();
  expect(operation.plans.size).toBe(entryLimits.plansPerOperation);
  const names = lastPlannedFor(operation, 3).flatMap(({ switchesOn }) => switchesOn);
  const last = 3 * entryLimits.plansPerOperation - 1;
  expect(names).toEqual(['popular', `s${last}`, `s${last - 1}`]);
});

test('a plan that two asked for at once takes the place of no other', async () => {
  const { ask, operationNow } = start();
  for (let at = 1; at < entryLimits.plansPerOperation; at++) await ask(`s${at}`);
  await Promise.all([ask('twice'), ask('twice')]);
  expect(operationNow().operation.plans.size).toBe(entryLimits.plansPerOperation);
});

test('what came once is kept as texts, and compiled of them when it comes again', async () => {
  const { ask, compiled, entries, planned } = start();
  await ask('a');
  expect(entries.byHash('hash')).toBeUndefined();
  expect(entries.sleeping('hash')).toMatchObject({ text: 'query Feed { a }', planText: 'a' });
  for (let time = 0; time < 3; time++) await ask('a');
  expect([planned, compiled]).toEqual([['a'], ['a']]);
  expect(entries.byHash('hash')).toBeDefined();
  expect(entries.sleeping('hash')).toBeUndefined();
});

test('what slept under one plan and is asked under another keeps both', async () => {
  const { ask, compiled, planned } = start();
  for (const name of ['a', 'b', 'a', 'b']) await ask(name);
  expect([planned, compiled]).toEqual([['a', 'b'], ['a']]);
});
