import { expect, test } from 'vitest';
import { kills } from './kills.ts';
import { redis } from './redis.ts';
import type { Scenario } from './scenario.ts';

/** The short form of `pnpm chaos`, each time with another seed. */
const seed = Math.floor(Math.random() * 1e9);
const run = (scenario: Scenario, seconds: number) =>
  scenario({ seconds, seed, rounds: 1, log: (line) => console.log(`--seed ${seed}: ${line}`) });

test('whatever is killed, what was acknowledged has happened once, and homes are right', async () => {
  const { wrong, figures } = await run(kills, 12);
  expect(wrong).toEqual([]);
  expect(figures['acknowledged']).toBeGreaterThan(100);
  expect(Math.min(figures['polls'] ?? 0, figures['votes'] ?? 0)).toBeGreaterThan(5);
}, 300_000);

test('whatever becomes of Redis, no request fails and no page is wrong', async () => {
  const { wrong, figures } = await run(redis, 16);
  expect(wrong).toEqual([]);
  expect(figures['pages']).toBeGreaterThan(5);
}, 300_000);
