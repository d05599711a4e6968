import { expect, test } from 'vitest';
import { MemoryLimiter } from '../src/limits/memory-limiter.ts';

const outcomeOf = (limiter: MemoryLimiter, caller: string) =>
  limiter.consume(caller).then(
    () => 'taken',
    () => 'refused',
  );

test('counts each caller, and of more than it keeps forgets those who have not come for longest', async () => {
  const limiter = new MemoryLimiter({ points: 1, duration: 60 }, 100);
  expect(await outcomeOf(limiter, 'first')).toBe('taken');
  expect(await outcomeOf(limiter, 'second')).toBe('taken');
  expect(await outcomeOf(limiter, 'first')).toBe('refused');
  for (let i = 0; i < 99; i++) await outcomeOf(limiter, `another ${i}`);
  expect(await limiter.get('second')).toBeNull();
  expect(await outcomeOf(limiter, 'first')).toBe('refused');
  for (let i = 0; i < 5_000; i++) await outcomeOf(limiter, `flood ${i}`);
  const kept = await Promise.all(Array.from({ length: 5_000 }, (_, i) => limiter.get(`flood ${i}`)));
  expect(kept.filter(Boolean)).toHaveLength(100);
});
