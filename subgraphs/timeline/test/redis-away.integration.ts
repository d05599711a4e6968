import { createRedisProcess, type RedisProcess } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openLive, type TestLive } from './support/live.ts';
import { createTown, type Town } from './support/town.ts';

let server: RedisProcess;
let town: Town;
let live: TestLive;
let alice: bigint;
let bob: bigint;

beforeAll(async () => {
  server = await createRedisProcess();
  town = createTown(2);
  [alice = 0n, bob = 0n] = town.people;
  live = await openLive(town, { redisUrl: server.url });
  await live.tell([
    ...town.people.flatMap((person) => town.setAccount(person, {})),
    ...town.follow(alice, bob),
  ]);
});
afterAll(async () => {
  await live.close();
  await server.close();
});

async function post(): Promise<bigint> {
  await live.tell(town.post(bob));
  return town.posts().at(-1)?.id ?? 0n;
}

test('pages stay right while Redis is flushed, killed and back', async () => {
  for (let round = 0; round < 40; round++) {
    await post();
    if (round === 10) await live.redis.client.flushall();
    if (round === 20) await server.kill();
    if (round === 30) await server.start();
    if (live.cache.namespace() !== null) await live.fanOut().catch(() => undefined);
    const page = await live.read(alice, 7);
    const expected = await live.expected(alice);
    // Behind the fan-out a page may lag, but it never has a hole.
    expect(expected.slice(expected.length - page.length)).toEqual(page);
    if (live.cache.namespace() === null) expect(page).toEqual(expected);
  }
  await vi.waitUntil(() => live.cache.namespace() !== null, { timeout: 15_000 });
  await live.fanOut();
  expect(await live.read(alice, 20)).toEqual(await live.expected(alice));
});

test('streams go on without Redis, from the database', async () => {
  const listener = live.listen(alice);
  const first = await post();
  await expect.poll(() => listener.added()).toEqual([first]);
  await server.kill();
  const ids = [first, await post(), await post()];
  await expect.poll(() => listener.added()).toEqual(ids);
  await server.start();
  ids.push(await post());
  await expect.poll(() => listener.added()).toEqual(ids);
  await listener.hangUp();
});
