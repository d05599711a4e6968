import { expect, test } from 'vitest';
import { SlowConsumer } from '../subgraph/live-codes.ts';
import { createQueue } from './queue.ts';

const itemOf = async (queue: ReturnType<typeof createQueue<number>>) => (await queue.take())?.item;

test('items are taken in order, waited for when there is none', async () => {
  const queue = createQueue<number>(10);
  const first = itemOf(queue);
  queue.push(1);
  queue.push(2);
  expect([await first, await itemOf(queue)]).toEqual([1, 2]);
  const last = queue.take();
  queue.end();
  expect(await last).toBeNull();
});

test('whoever does not keep up is let go by name', async () => {
  const queue = createQueue<number>(3);
  for (const item of [1, 2, 3, 4]) queue.push(item);
  await expect(queue.take()).rejects.toThrow(SlowConsumer);
});

test('a page more is let in once most of the last one was taken', async () => {
  const queue = createQueue<number>(8);
  for (const item of [1, 2, 3]) queue.push(item);
  let isLetIn = false;
  const room = (async () => {
    await queue.room();
    isLetIn = true;
  })();
  await Promise.resolve();
  expect(isLetIn).toBe(false);
  await queue.take();
  await room;
  expect(isLetIn).toBe(true);
});

test('items are poured in the turn in which they come, and none before what the last one waits for', async () => {
  const queue = createQueue<number>(3);
  const poured: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = queue.pour(({ item }) => {
    poured.push(item);
    return item === 2 ? promise : undefined;
  });
  for (const item of [1, 2, 3]) queue.push(item);
  expect(poured).toEqual([1, 2]);
  resolve();
  await promise;
  await Promise.resolve();
  expect(poured).toEqual([1, 2, 3]);
  queue.end();
  await over;
});

test('pouring ends with what the queue fails by', async () => {
  const queue = createQueue<number>(1);
  const over = queue.pour(() => undefined);
  queue.fail(new SlowConsumer('too slow'));
  await expect(over).rejects.toThrow(SlowConsumer);
});
