import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createGate } from './gate.ts';

it('lets so many run, the others in their order, whatever becomes of them', async () => {
  const gate = createGate({ max: 3 });
  let running = 0;
  let most = 0;
  const started: number[] = [];
  const outcomes = await Promise.allSettled(
    Array.from({ length: 5_000 }, (_, n) =>
      gate({ caller: 'one' }, async () => {
        started.push(n);
        most = Math.max(most, ++running);
        if (n % 500 === 0) await sleep(1);
        running--;
        if (n % 7 === 0) throw new Error('not this one');
        return n;
      }),
    ),
  );
  expect(most).toBe(3);
  expect(started).toEqual(Array.from({ length: 5_000 }, (_, n) => n));
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(715);
  expect(await gate({ caller: 'one' }, async () => 'open again')).toBe('open again');
});

it('gives a caller its turn before the hundreds of another, and never runs what was left', async () => {
  const gate = createGate({ max: 1 });
  const order: string[] = [];
  const left = new AbortController();
  const run = (caller: string, signal?: AbortSignal) =>
    gate({ caller, signal }, async () => void order.push(caller)).catch(() => undefined);
  const all = [...Array.from({ length: 300 }, () => run('many')), run('gone', left.signal), run('one')];
  left.abort();
  await Promise.all(all);
  expect(order).toHaveLength(301);
  expect(order.indexOf('one')).toBeLessThan(4);
  expect(order).not.toContain('gone');
});

it('says why it never began what it did not', async () => {
  const gate = createGate({
    max: 1,
    maxWaiting: 1,
    refuse: (why, waiting) => new Error(`${why} ${waiting}`),
  });
  const first = Promise.withResolvers<void>();
  const running = gate({ caller: 'a' }, () => first.promise);
  const never = () => Promise.reject(new Error('it was begun'));
  const late = gate({ caller: 'b', deadline: performance.now() + 5 }, never);
  await expect(gate({ caller: 'c' }, never)).rejects.toThrow('full 1');
  await expect(late).rejects.toThrow('late 0');
  const left = new AbortController();
  const leaving = gate({ caller: 'b', signal: left.signal }, never);
  left.abort();
  await expect(leaving).rejects.toThrow('left 0');
  await expect(gate({ caller: 'b', signal: left.signal }, never)).rejects.toThrow('left 0');
  first.resolve();
  await running;
  expect(await gate({ caller: 'c' }, async () => 'open again')).toBe('open again');
});

it('lets large ones run beside few others, or alone, and nobody past whose turn it is', async () => {
  const gate = createGate({ max: 4 });
  const running = new Set<string>();
  const together: string[] = [];
  const run = (name: string, size: number, signal?: AbortSignal) =>
    gate({ caller: name, size, signal }, async () => {
      running.add(name);
      together.push([...running].join(''));
      await sleep(1);
      running.delete(name);
    });
  const left = new AbortController();
  const all = [run('a', 1), run('b', 2), run('C', 9), run('d', 1), run('e', 3), run('f', 1)];
  const gone = run('G', 9, left.signal);
  gone.catch(() => {});
  all.push(run('h', 1));
  await Promise.all(all.slice(0, 3));
  left.abort();
  await Promise.all(all);
  expect(together).toEqual([
    'a',
    'ab',
    'C',
    'd',
    'de',
    expect.stringContaining('f'),
    expect.stringContaining('h'),
  ]);
  expect(running.size).toBe(0);
});
