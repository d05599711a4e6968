import { expect, it } from 'vitest';
import type { Job } from '../src/work/jobs.ts';
import { createLine } from '../src/work/line.ts';

const one = (kind: Job['kind'], graphId: number, name = `${kind} of ${graphId}`) =>
  ({ job: { kind, graphId } as Job, name }) as const;

function line(limits = { maxWaiting: 10, maxWaitingOfGraph: 5 }) {
  const made = createLine<ReturnType<typeof one>>(limits);
  const rest = () => {
    const names: string[] = [];
    for (let next = made.next(); next; next = made.next()) names.push(next.name);
    return names;
  };
  return { ...made, rest };
}

it('what gateways wait for goes first, then what changes something', () => {
  const { join, rest } = line();
  for (const kind of ['check', 'explore', 'publish', 'trusted', 'rollBack', 'variant'] as const)
    join(one(kind, 1));
  expect(rest()).toEqual([
    'trusted of 1',
    'variant of 1',
    'publish of 1',
    'rollBack of 1',
    'check of 1',
    'explore of 1',
  ]);
});

it('graphs take turns, however many one of them sends', () => {
  const { join, rest } = line();
  for (let at = 0; at < 4; at++) join(one('check', 1, `flood ${at}`));
  join(one('check', 2));
  join(one('check', 3));
  expect(rest()).toEqual(['flood 0', 'check of 2', 'check of 3', 'flood 1', 'flood 2', 'flood 3']);
});

it('one graph fills its own part of a rank and no more, and a full rank leaves room in the others', () => {
  const { join, leave, length } = line({ maxWaiting: 3, maxWaitingOfGraph: 2 });
  const last = one('check', 1);
  expect([one('check', 1), last, one('check', 1)].map(join)).toEqual([true, true, false]);
  expect([one('check', 2), one('check', 2)].map(join)).toEqual([true, false]);
  expect([one('publish', 1), one('variant', 1)].map(join)).toEqual([true, true]);
  expect(length()).toBe(5);
  expect([leave(last), leave(last)]).toEqual([true, false]);
  expect(join(one('check', 1))).toBe(true);
  expect(length()).toBe(5);
});
