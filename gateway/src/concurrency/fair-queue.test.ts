import { expect, test } from 'vitest';
import { createFairQueue } from './fair-queue.ts';

test('callers take turns, each in its own order, and who leaves takes nobody\u2019s turn', () => {
  const queue = createFairQueue<string>();
  for (const item of ['a1', 'a2', 'a3', 'a4']) queue.push('a', item);
  queue.push('b', 'b1');
  queue.push('c', 'c1');
  queue.push('c', 'c2');
  expect(queue.remove('a', 'a2')).toBe(true);
  expect(queue.remove('a', 'a2')).toBe(false);
  expect(queue.size).toBe(6);
  const order = Array.from({ length: 7 }, () => queue.shift());
  expect(order).toEqual(['a1', 'b1', 'c1', 'a3', 'c2', 'a4', undefined]);
  expect(queue.size).toBe(0);
});
