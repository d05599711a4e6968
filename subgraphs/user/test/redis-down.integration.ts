import { createRedisProcess, type RedisProcess } from '@murmuration/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { logInLimits } from '../src/accounts/entry-limits.ts';
import { type Actor, createCast, password } from './support/cast.ts';
import { createPlatform, type Platform, untilRedisIsUp } from './support/platform.ts';

const relationLeaseMs = 200;
let server: RedisProcess;
let platform: Platform;
let alice: Actor;
let bob: Actor;

beforeAll(async () => {
  server = await createRedisProcess();
  platform = await createPlatform({ redisUrl: server.url, relationLeaseMs });
  await untilRedisIsUp(platform.redis);
  ({ alice, bob } = await createCast(platform));
});
afterAll(async () => {
  await platform.close();
  await server.close();
});

/** Milliseconds that it took. Only ever compared from below: timers may fire a little early, never much. */
async function took(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return performance.now() - startedAtMs;
}

const logIn = async (given: string) => {
  const { data } = await platform.run(
    `mutation ($p: String!) { logIn(input: { handleOrEmail: "bob", password: $p }) { errors { __typename } } }`,
    { p: given },
  );
  const payload = data?.['logIn'] as { errors: { __typename: string }[] };
  return payload.errors.map((error) => error.__typename);
};

it('without Redis everything still works, and what takes sight away outlasts every cached relation', async () => {
  await server.kill();
  expect(await alice.to('followUser', bob)).toEqual([]);
  const block = () => alice.to('blockUser', bob);
  expect(await took(block)).toBeGreaterThan(relationLeaseMs - 5);
  // Whoever made the first may have died before it had waited.
  expect(await took(block)).toBeGreaterThan(relationLeaseMs - 5);
  expect(await alice.to('unblockUser', bob)).toEqual([]);
  const relation =
    '{ user(handle: "alice") { viewerRelation { isFollowedBy } followers(first: 1) { edges { cursor } } } }';
  expect((await bob.run(relation)).errors).toBeUndefined();
  expect(await logIn(password)).toEqual([]);
});

it('without Redis guesses are still counted', async () => {
  for (let attempt = 0; attempt < logInLimits.attempts; attempt++) await logIn('a guess');
  expect(await logIn(password)).toEqual(['RateLimited']);
});

it('with Redis back, nothing waits any more but what no hash can be named for', async () => {
  await server.start();
  await untilRedisIsUp(platform.redis);
  expect(await alice.to('blockUser', bob)).toEqual([]);
  expect(await logIn(password)).toEqual([]);
  const makePrivate = () =>
    alice.run('mutation { updateProfile(input: { isPrivate: true }) { user { isPrivate } } }');
  expect(await took(makePrivate)).toBeGreaterThan(relationLeaseMs - 5);
});
