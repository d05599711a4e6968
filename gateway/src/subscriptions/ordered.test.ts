import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createOrderedWork } from './ordered.ts';

const limits = (changed = {}) => ({ concurrency: 2, longest: 10, onStop: () => {}, ...changed });

describe('ordered work', () => {
  it('gives results in the order of the items, whichever is done first', async () => {
    const work = createOrderedWork(
      async (ms: number) => {
        await sleep(ms);
        return { result: ms };
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
      return {};
    }, limits());
    for (let i = 0; i < 10; i++) work.push(i);
    work.end();
    for await (const _ of work.results);
    expect(most).toBe(2);
  });

  it('refuses what would wait too long', () => {
    const work = createOrderedWork(() => new Promise<never>(() => {}), limits({ longest: 3 }));
    expect([1, 2, 3, 4].map((item) => work.push(item))).toEqual([true, true, true, false]);
  });

  it('passes on a failure and drops what waits', async () => {
    const work = createOrderedWork(async (item: number) => ({ result: item }), limits());
    work.push(1);
    work.fail(new Error('too slow'));
    await expect(work.results.next()).rejects.toThrow('too slow');
  });

  it('ends a reader who waits, and says so', async () => {
    let stops = 0;
    const work = createOrderedWork(
      async (item: number) => ({ result: item }),
      limits({ onStop: () => stops++ }),
    );
    const waiting = work.results.next();
    await work.results.return(undefined);
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(stops).toBe(1);
  });

  it('gives a failed item to the reader when its turn comes', async () => {
    const work = createOrderedWork(async (item: number) => {
      if (item === 2) throw new Error('item 2');
      return { result: item };
    }, limits());
    for (const item of [1, 2]) work.push(item);
    expect((await work.results.next()).value).toBe(1);
    await expect(work.results.next()).rejects.toThrow('item 2');
  });

  it('passes over what there is nothing to tell of, and says nothing behind the last', async () => {
    const work = createOrderedWork(
      async (item: number) => (item % 2 === 0 ? {} : { result: item, isLast: item === 3 }),
      limits(),
    );
    for (const item of [1, 2, 3, 4, 5]) work.push(item);
    const results: number[] = [];
    for await (const result of work.results) results.push(result);
    expect(results).toEqual([1, 3]);
  });

  it('ends with what comes after everything else', async () => {
    const work = createOrderedWork(async (item: number) => ({ result: item }), limits());
    work.push(1);
    work.end(7);
    const results: number[] = [];
    for await (const result of work.results) results.push(result);
    expect(results).toEqual([1, 7]);
  });

  it('pours what is done at once in the turn in which it comes, and the rest in its order', async () => {
    const waiting: number[] = [];
    const work = createOrderedWork(
      (ms: number) => (ms === 0 ? { result: ms } : sleep(ms).then(() => ({ result: ms }))),
      limits({ concurrency: 3, onWaiting: (change: number) => waiting.push(change) }),
    );
    const poured: number[] = [];
    const over = work.results.pour((result) => void poured.push(result));
    work.push(0);
    expect(poured).toEqual([0]);
    expect(waiting).toEqual([]);
    for (const ms of [20, 0, 1]) work.push(ms);
    expect(poured).toEqual([0]);
    work.end();
    await over;
    expect(poured).toEqual([0, 20, 0, 1]);
    expect(waiting.reduce((sum, change) => sum + change, 0)).toBe(0);
  });

  it('pours nothing on before what it was told to wait for', async () => {
    const work = createOrderedWork((item: number) => ({ result: item }), limits({ longest: 2 }));
    const { promise, resolve } = Promise.withResolvers<void>();
    const poured: number[] = [];
    const over = work.results.pour((result) => {
      poured.push(result);
      return result === 1 ? promise : undefined;
    });
    expect([1, 2, 3, 4].map((item) => work.push(item))).toEqual([true, true, true, false]);
    expect(poured).toEqual([1]);
    resolve();
    work.end();
    await over;
    expect(poured).toEqual([1, 2, 3]);
  });

  it('ends pouring with a failure, and with its leaving', async () => {
    const failing = createOrderedWork((item: number) => ({ result: item }), limits());
    const failed = failing.results.pour(() => undefined);
    failing.fail(new Error('too slow'));
    await expect(failed).rejects.toThrow('too slow');
    const left = createOrderedWork((item: number) => ({ result: item }), limits());
    const over = left.results.pour(() => undefined);
    await left.results.return(undefined);
    await over;
  });

  it('drops what is to come again, with all behind it, and goes on with what comes then', async () => {
    let isDoubtful = false;
    const over: number[] = [];
    const work = createOrderedWork(
      async (ms: number) => {
        await sleep(ms);
        return { result: ms };
      },
      limits({
        concurrency: 3,
        onWaiting: (change: number) => over.push(change),
        comesAgain(item: number) {
          if (!isDoubtful || item !== 20) return false;
          isDoubtful = false;
          // It may come at once.
          for (const ms of [1, 2]) work.push(ms);
          return true;
        },
      }),
    );
    const poured: number[] = [];
    const ended = work.results.pour((result) => void poured.push(result));
    isDoubtful = true;
    for (const ms of [5, 20, 3, 4, 6]) work.push(ms);
    await expect.poll(() => poured).toEqual([5, 1, 2]);
    work.push(20);
    work.end();
    await ended;
    expect(poured).toEqual([5, 1, 2, 20]);
    expect(over.reduce((sum, change) => sum + change, 0)).toBe(0);
  });
});
