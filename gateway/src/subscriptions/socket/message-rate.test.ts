import { expect, test } from 'vitest';
import { createMessageRate } from './message-rate.ts';

test('takes two seconds\u2019 messages at once, and then as many as the rate says', () => {
  let nowMs = 0;
  const mayCome = createMessageRate(10, () => nowMs);
  const takenOf = (count: number) => Array.from({ length: count }, mayCome).filter(Boolean).length;
  expect(takenOf(50)).toBe(20);
  nowMs += 500;
  expect(takenOf(50)).toBe(5);
  nowMs += 60_000;
  expect(takenOf(50)).toBe(20);
});
