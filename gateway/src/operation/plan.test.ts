import { expect, test } from 'vitest';
import type { CompiledOperation } from '../execution/types.ts';
import { createEntries } from './documents/entries.ts';
import { createEntry, entryLimits, type KnownOperation } from './documents/entry.ts';
import { parseDocument } from './documents/parse-document.ts';
import { lastPlannedFor, planOf } from './plan.ts';
import type { Serving } from './serving.ts';

/** An operation, planned by somebody who counts what it is asked. */
function start() {
  const text = 'query Feed { a }';
  const entry = createEntry('hash', text, parseDocument(text, 100));
  const operation = entry.operations[0] as KnownOperation;
  const planned: string[] = [];
  const plan = async (_text: string, { switchesOn = [] }: { switchesOn?: readonly string[] }) => {
    planned.push(switchesOn.join());
    return { bytes: 1 } as CompiledOperation;
  };
  const serving = { generation: { plan }, entries: createEntries(1_000_000) } as unknown as Serving;
  const waiter = { caller: 'a', signal: undefined, deadline: Infinity };
  const ask = async (name: string) =>
    planOf(serving, entry, operation, { labels: [], switchesOn: [name] }, waiter);
  return { ask, operation, planned };
}

test('of the plans of an operation those used last stay, however many others somebody asks for', async () => {
  const { ask, operation, planned } = start();
  await ask('popular');
  for (let at = 0; at < 3 * entryLimits.plansPerOperation; at++) {
    await ask(`s${at}`);
    await ask('popular');
  }
  expect(planned.filter((name) => name === 'popular')).toHaveLength(1);
  expect(operation.plans.size).toBe(entryLimits.plansPerOperation);
  const names = lastPlannedFor(operation, 3).flatMap(({ switchesOn }) => switchesOn);
  const last = 3 * entryLimits.plansPerOperation - 1;
  expect(names).toEqual(['popular', `s${last}`, `s${last - 1}`]);
});

test('a plan that two asked for at once takes the place of no other', async () => {
  const { ask, operation } = start();
  for (let at = 1; at < entryLimits.plansPerOperation; at++) await ask(`s${at}`);
  await Promise.all([ask('twice'), ask('twice')]);
  expect(operation.plans.size).toBe(entryLimits.plansPerOperation);
});
