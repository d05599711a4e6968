import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLogger } from '../observe/logger.ts';
import { startChores } from './chores.ts';

test('each chore goes at its own pace, and one that fails has its next turn', async () => {
  const done: string[] = [];
  const chores = startChores(
    [
      { name: 'often', everyMs: 1, run: async () => done.push('often') },
      {
        name: 'failing',
        everyMs: 1,
        async run() {
          done.push('failing');
          throw new Error('not this time');
        },
      },
      { name: 'seldom', everyMs: 3_600_000, run: async () => done.push('seldom') },
    ],
    createLogger('test', 'silent'),
  );
  const times = (name: string) => done.filter((each) => each === name).length;
  await expect.poll(() => Math.min(times('often'), times('failing'))).toBeGreaterThan(2);
  await chores.stop();
  expect(times('seldom')).toBe(1);
});

test('a stop waits for the turn that goes on, and there is none after it', async () => {
  const gate = Promise.withResolvers<void>();
  let turns = 0;
  const chores = startChores(
    [{ name: 'long', everyMs: 0, run: () => ((turns += 1), gate.promise) }],
    createLogger('test', 'silent'),
  );
  const order: string[] = [];
  const stopped = chores.stop().finally(() => order.push('stopped'));
  await turn();
  order.push('turn ended');
  gate.resolve();
  await stopped;
  expect(order).toEqual(['turn ended', 'stopped']);
  expect(turns).toBe(1);
});
