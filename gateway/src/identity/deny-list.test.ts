import { expect, test } from 'vitest';
import { createDenyList, denyLimits } from './deny-list.ts';

test('of more sessions than it keeps, those that were said longest ago are forgotten', () => {
  const denyList = createDenyList();
  const told: (readonly string[])[] = [];
  denyList.onAdded((sessions) => told.push(sessions));
  denyList.add(['first', 'second']);
  denyList.add(['first']); // said again, as by each poll
  expect(told).toEqual([['first', 'second']]);
  denyList.add(Array.from({ length: denyLimits.sessions - 1 }, (_, i) => `later ${i}`));
  expect(denyList.has('second')).toBe(false);
  expect(denyList.has('first')).toBe(true);
});
