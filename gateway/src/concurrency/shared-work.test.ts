import { expect, test } from 'vitest';
import { createCancel } from '../execution/cancel.ts';
import { shareWork, type Waiter } from './shared-work.ts';

const onLeave: Waiter['onLeave'] = (why) => new Error(why);

function work() {
  const { promise, resolve } = Promise.withResolvers<number>();
  let isAbandoned = false;
  const wait = shareWork((signal) => {
    signal.addEventListener('abort', () => {
      isAbandoned = true;
    });
    return promise;
  });
  return { wait, resolve, isAbandoned: () => isAbandoned };
}

test('who leaves leaves alone; the work goes on for the others', async () => {
  const { wait, resolve, isAbandoned } = work();
  const leaver = createCancel();
  const [left, stayed] = [wait({ signal: leaver.signal, onLeave }), wait({ onLeave })];
  await Promise.resolve();
  leaver.abort();
  await expect(left).rejects.toThrow('cancelled');
  resolve(7);
  expect(await stayed).toBe(7);
  expect(isAbandoned()).toBe(false);
});

test('with the last who waits the work is abandoned', async () => {
  const { wait, isAbandoned } = work();
  const late = wait({ deadline: performance.now() + 5, onLeave });
  await expect(late).rejects.toThrow('deadline');
  expect(isAbandoned()).toBe(true);
});

test('who has left before is not waited for', async () => {
  const { wait } = work();
  const gone = createCancel();
  gone.abort();
  await expect(wait({ signal: gone.signal, onLeave })).rejects.toThrow('cancelled');
});
