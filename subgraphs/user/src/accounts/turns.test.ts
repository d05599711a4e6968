import type { UserErrors } from '@murmuration/service-kit';
import { afterEach, expect, it, vi } from 'vitest';
import { createTurns } from './turns.ts';

afterEach(() => void vi.useRealTimers());

const limits = { concurrent: 1, maxWaiting: 100, maxWaitMs: 2_000 };
const { signal: staying } = new AbortController();

/** Work that lasts until it is told to end, noted when it begins. */
function createShop(overrides: Partial<typeof limits> = {}) {
  const turns = createTurns({ ...limits, ...overrides });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const enter = (name: string, lane: 'logIn' | 'signUp', signal = staying) =>
    turns.take(lane, signal, () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.push(() => resolve(name)));
    });
  const endNext = async () => {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, enter, endNext, turns };
}

const kindOf = (result: Promise<unknown>) =>
  result.then(
    () => 'served',
    (error: unknown) => (error as UserErrors).errors[0]?.__typename,
  );

it('serves log-ins before sign-ups, however many of those came before', async () => {
  const { begun, enter, endNext } = createShop();
  const all = [enter('first', 'signUp'), enter('s1', 'signUp'), enter('s2', 'signUp'), enter('l1', 'logIn')];
  for (let i = 0; i < all.length; i++) await endNext();
  expect(await Promise.all(all)).toEqual(['first', 's1', 's2', 'l1']);
  expect(begun).toEqual(['first', 'l1', 's1', 's2']);
});

it('fills each lane for itself', async () => {
  const { enter, endNext, turns } = createShop({ maxWaiting: 1 });
  expect(() => turns.refuseWhileFull('signUp')).not.toThrow();
  const all = [enter('first', 'signUp'), enter('s1', 'signUp'), enter('s2', 'signUp'), enter('l1', 'logIn')];
  const kinds = Promise.all(all.map(kindOf));
  expect(() => turns.refuseWhileFull('signUp')).toThrow();
  for (let i = 0; i < all.length; i++) await endNext();
  expect(await kinds).toEqual(['served', 'served', 'RateLimited', 'served']);
});

it('lets nobody wait longer than told', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { begun, enter, endNext } = createShop();
  const first = enter('first', 'signUp');
  const late = kindOf(enter('late', 'signUp'));
  vi.advanceTimersByTime(limits.maxWaitMs);
  expect(await late).toBe('RateLimited');
  await endNext();
  expect([await first, begun]).toEqual(['first', ['first']]);
});

it('forgets whoever has left: in the queue, before it, and during the work', async () => {
  const { begun, enter, endNext } = createShop();
  const leaving = new AbortController();
  const first = kindOf(enter('first', 'logIn', leaving.signal));
  const second = kindOf(enter('second', 'logIn', leaving.signal));
  const third = enter('third', 'signUp');
  leaving.abort();
  expect(await second).toBe('RateLimited');
  expect(await kindOf(enter('fourth', 'logIn', leaving.signal))).toBe('RateLimited');
  await endNext();
  expect(await first).toBe('RateLimited');
  await endNext();
  expect([await third, begun]).toEqual(['third', ['first', 'third']]);
});
