import { expect, it } from 'vitest';
import { backOffMs } from '../src/back-off.ts';

it('waits any part of a bound that doubles up to the longest', () => {
  const settings = { firstWaitMs: 100, longestWaitMs: 1_000 };
  const most = [0, 1, 2, 3, 4, 5, 1_100].map((attempt) => backOffMs(attempt, settings, () => 1));
  expect(most).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
  expect(backOffMs(9, settings, () => 0)).toBe(0);
});
