import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createWakeUps } from './wake-ups.ts';

const hour = 3_600_000;

test('wakes everybody who waits, and leaves nothing on the signal', async () => {
  const wakeUps = createWakeUps();
  const { signal } = new AbortController();
  const waiting = Promise.all([1, 2, 3].map(() => wakeUps.wait(wakeUps.count(), hour, signal)));
  wakeUps.wake();
  await waiting;
  await wakeUps.wait(wakeUps.count(), 1, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('does not let anybody wait for what came while they looked', async () => {
  const wakeUps = createWakeUps();
  const seen = wakeUps.count();
  wakeUps.wake();
  await wakeUps.wait(seen, hour, new AbortController().signal);
});

test('ends with the signal', async () => {
  const wakeUps = createWakeUps();
  const stop = new AbortController();
  const waiting = wakeUps.wait(wakeUps.count(), hour, stop.signal);
  stop.abort();
  await waiting;
  await wakeUps.wait(wakeUps.count(), hour, stop.signal);
});
