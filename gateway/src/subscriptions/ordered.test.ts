import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createOrderedWork } from './ordered.ts';

const limits = (changed = {}) => ({ concurrency: 2, longest: 10, onStop: () => {}, ...changed });

describe('ordered work', () => {
  it('gives results in the order of the items, whichever is done first', async () => {
    const work = createOrderedWork(
      async (ms: number) => {
        await sleep(ms);
        return ms;
      },
      limits({ concurrency: 3 }),
    );
    for (const ms of [30, 1, 15, 2]) work.push(ms);
    work.end();
    const results: number[] = [];
    for await (const result of work.results) results.push(result);
    expect(results).toEqual([30, 1, 15, 2]);
  });

  it('works on so many at a time and no more', async () => {
    let running = 0;
    let most = 0;
    const work = createOrderedWork(async () => {
      most = Math.max(most, ++running);
      await sleep(1);
      running--;
    }, limits());
    for (let i = 0; i < 10; i++) work.push(i);
    work.end();
    for await (const _ of work.results);
    expect(most).toBe(2);
  });

  it('refuses what would wait too long', () => {
    const work = createOrderedWork(() => new Promise(() => {}), limits({ longest: 3 }));
    expect([1, 2, 3, 4].map((item) => work.push(item))).toEqual([true, true, true, false]);
  });

  it('passes on a failure and drops what waits', async () => {
    const work = createOrderedWork(async (item: number) => item, limits());
    work.push(1);
    work.fail(new Error('too slow'));
    await expect(work.results.next()).rejects.toThrow('too slow');
  });

  it('ends a reader who waits, and says so', async () => {
    let stops = 0;
    const work = createOrderedWork(async (item: number) => item, limits({ onStop: () => stops++ }));
    const waiting = work.results.next();
    await work.results.return(undefined);
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(stops).toBe(1);
  });

  it('gives a failed item to the reader when its turn comes', async () => {
    const work = createOrderedWork(async (item: number) => {
      if (item === 2) throw new Error('item 2');
      return item;
    }, limits());
    for (const item of [1, 2]) work.push(item);
    expect((await work.results.next()).value).toBe(1);
    await expect(work.results.next()).rejects.toThrow('item 2');
  });
});
