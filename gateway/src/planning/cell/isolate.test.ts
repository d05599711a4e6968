import { expect, test } from 'vitest';
import { PlanFailure } from '../plan-failure.ts';
import { createIsolate, type IsolateOptions, NotBegun, type StartCell } from './isolate.ts';

const valid = { findings: { kind: 'valid' } } as const;
const validText = JSON.stringify(valid);

/** Cells that answer at once, but never what is `endless` or makes them `crash`. */
function cells() {
  const log: string[] = [];
  const start: StartCell = ({ onAnswer, onEnd }) => {
    log.push('start');
    // On which it never comes to what it was asked after it.
    let isStuck = false;
    return {
      ask({ text }) {
        if (isStuck) return;
        isStuck = text === 'crash' || text === 'endless';
        if (text === 'crash') setImmediate(onEnd, 'it crashed');
        else if (text !== 'endless') setImmediate(onAnswer, validText);
      },
      end: () => void log.push('end'),
    };
  };
  const make = (options: Partial<IsolateOptions> = {}) =>
    createIsolate({ start, timeoutMs: 20_000, idleMs: 60_000, onKill: () => log.push('kill'), ...options });
  return { log, make };
}

const ask = (text: string) => ({
  text,
  operationName: undefined,
  labels: [],
  switchesOn: [],
  isValid: true,
  isPlanWanted: true,
});

test('one that crashes fails its own operation, and the next has a new cell', async () => {
  const { log, make } = cells();
  const isolate = make();
  expect(await isolate.examine(ask('a'))).toMatchObject(valid);
  await expect(isolate.examine(ask('crash'))).rejects.toMatchObject({ reason: 'failed' });
  expect(await isolate.examine(ask('b'))).toMatchObject(valid);
  expect(log).toEqual(['start', 'end', 'kill', 'start']);
  isolate.stop();
});

test('one that does not end is ended', async () => {
  const { log, make } = cells();
  // Enough for the one that answers, even where the machine stands still meanwhile.
  const isolate = make({ timeoutMs: 2_500 });
  await isolate.examine(ask('a'));
  await expect(isolate.examine(ask('endless'))).rejects.toMatchObject({ reason: 'timeout' });
  expect(log).toEqual(['start', 'end', 'kill']);
});

test('a cell is replaced after so many plans', async () => {
  const { log, make } = cells();
  const isolate = make({ plansPerCell: 2 });
  for (const text of ['a', 'b', 'c']) expect(await isolate.examine(ask(text))).toMatchObject(valid);
  expect(log).toEqual(['start', 'end', 'start']);
  isolate.stop();
});

test('one that was started ahead is the one that plans', async () => {
  const { log, make } = cells();
  const isolate = make();
  isolate.start();
  isolate.start();
  expect(await isolate.examine(ask('a'))).toMatchObject(valid);
  expect(log).toEqual(['start']);
  isolate.stop();
});

test('what is asked when the supergraph goes is refused', async () => {
  const { make } = cells();
  const isolate = make();
  const plan = isolate.examine(ask('endless'));
  isolate.stop();
  await expect(plan).rejects.toMatchObject({ reason: 'failed' });
});

test('one that is retired ends when it has nothing to do, and what is asked even later is answered', async () => {
  const { log, make } = cells();
  const isolate = make();
  await isolate.examine(ask('a'));
  isolate.retire();
  expect(log).toEqual(['start']);
  await expect.poll(() => log).toEqual(['start', 'end']);
  expect(await isolate.examine(ask('b'))).toMatchObject(valid);
  await expect.poll(() => log).toEqual(['start', 'end', 'start', 'end']);
});

test('what is at hand behind one that crashes or does not end was not begun', async () => {
  const { log, make } = cells();
  const isolate = make({ timeoutMs: 2_500 });
  for (const bad of ['crash', 'endless']) {
    const [failed, behind] = [isolate.examine(ask(bad)), isolate.examine(ask('b'))];
    behind.catch(() => {});
    await expect(failed).rejects.toBeInstanceOf(PlanFailure);
    await expect(behind).rejects.toBeInstanceOf(NotBegun);
    expect(await isolate.examine(ask('b'))).toMatchObject(valid);
  }
  expect(log.filter((one) => one === 'kill')).toHaveLength(2);
  isolate.stop();
});

test('several are answered in their order, and by the next cell what one that is replaced did not begin', async () => {
  const { log, make } = cells();
  const isolate = make({ plansPerCell: 2 });
  const all = await Promise.allSettled(['a', 'b', 'c'].map((text) => isolate.examine(ask(text))));
  expect(all).toMatchObject([{ value: valid }, { value: valid }, { reason: expect.any(NotBegun) }]);
  expect(await isolate.examine(ask('c'))).toMatchObject(valid);
  expect(log).toEqual(['start', 'end', 'start']);
  isolate.stop();
});
