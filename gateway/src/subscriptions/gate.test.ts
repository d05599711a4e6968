import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createGate } from './gate.ts';

it('lets so many run, the others in their order, whatever becomes of them', async () => {
  const gate = createGate(3);
  let running = 0;
  let most = 0;
  const started: number[] = [];
  const outcomes = await Promise.allSettled(
    Array.from({ length: 5_000 }, (_, n) =>
      gate('one', async () => {
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
  expect(await gate('one', async () => 'open again')).toBe('open again');
});

it('gives a caller its turn before the hundreds of another, and never runs what was left', async () => {
  const gate = createGate(1);
  const order: string[] = [];
  const left = new AbortController();
  const run = (caller: string, signal?: AbortSignal) =>
    gate(caller, async () => void order.push(caller), signal).catch(() => undefined);
  const all = [...Array.from({ length: 300 }, () => run('many')), run('gone', left.signal), run('one')];
  left.abort();
  await Promise.all(all);
  expect(order).toHaveLength(301);
  expect(order.indexOf('one')).toBeLessThan(4);
  expect(order).not.toContain('gone');
});
