import { expect, test } from 'vitest';
import { createFairQueue } from './fair-queue.ts';

const { signal } = new AbortController();

/** Jobs that end when told to, and the order in which they began. */
function jobs() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const job = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const endOne = async () => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  return { begun, job, endOne };
}

test('callers take turns however many jobs one of them has', async () => {
  const queue = createFairQueue({ concurrency: 1, maxWaiting: 10 });
  const { begun, job, endOne } = jobs();
  const all = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map((name) => queue.run(name[0] ?? '', signal, job(name)));
  await new Promise(setImmediate);
  for (let i = 0; i < 6; i++) await endOne();
  await Promise.all(all);
  expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
});

test('a job whose caller left is never begun and makes room', async () => {
  const queue = createFairQueue({ concurrency: 1, maxWaiting: 1 });
  const { begun, job, endOne } = jobs();
  const first = queue.run('a', signal, job('a'));
  const left = new AbortController();
  const second = queue.run('b', left.signal, job('b'));
  await expect(queue.run('c', signal, job('c'))).rejects.toMatchObject({ reason: 'busy' });
  left.abort();
  await expect(second).rejects.toMatchObject({ reason: 'cancelled' });
  expect(queue.waiting()).toBe(0);
  const third = queue.run('c', signal, job('c'));
  await new Promise(setImmediate);
  await endOne();
  await endOne();
  await Promise.all([first, third]);
  expect(begun).toEqual(['a', 'c']);
});

test('goes on after a job that failed', async () => {
  const queue = createFairQueue({ concurrency: 1, maxWaiting: 10 });
  await expect(queue.run('a', signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await queue.run('a', signal, async () => 1)).toBe(1);
});
