import { createRedisCache, type RedisCache } from '@murmuration/service-kit';
import { createRedisProcess, type RedisProcess } from '@murmuration/testing';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { adoptNamespace, dispatch } from '../src/fanout/dispatch.ts';
import { runNextTask } from '../src/fanout/run-task.ts';
import { createHomeCache, type HomeCache } from '../src/home-cache/cache.ts';
import { openHome, type TestHome } from './support/home.ts';
import { createTown, type Town } from './support/town.ts';

const limits = { namespaceRestMs: 60_000, pushedToMaxAgeMs: 10 };
let town: Town;
/** Whose readers are on one Redis. */
let home: TestHome;
let alice: bigint;
let bob: bigint;
/** A worker that pushes to another Redis. */
let otherServer: RedisProcess;
let otherRedis: RedisCache;
let other: HomeCache;

beforeAll(async () => {
  otherServer = await createRedisProcess();
});
afterAll(() => otherServer.close());

beforeEach(async () => {
  town = createTown(2);
  [alice = 0n, bob = 0n] = town.people;
  home = await openHome(town, { limits });
  otherRedis = createRedisCache({ url: otherServer.url, logger: home.logger, name: 'other' });
  other = createHomeCache(otherRedis, home.limits);
  await vi.waitUntil(() => otherRedis.namespace() !== null, { timeout: 15_000 });
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  await home.apply([...town.follow(alice, bob), ...town.post(bob)]);
  await home.fanOut();
  await home.read(alice, 20);
  return async () => {
    otherRedis.close();
    await home.close();
  };
});

/** As if nothing had been pushed for some minutes. */
const rest = () => home.pool.query(`UPDATE fanout_cursor SET pushed_at = now() - interval '5 minutes'`);
const seesAll = async () => expect(await home.read(alice, 20)).toEqual(await home.expected(alice));
async function fanOutTo(cache: HomeCache): Promise<boolean> {
  const isAdopted = await adoptNamespace(home.pool, cache.namespace() ?? '', home.limits);
  await dispatch(home.pool, home.limits);
  const { logger, pool } = home;
  while ((await runNextTask({ pool, cache, logger, limits: home.limits }, false)) === 'done');
  return isAdopted;
}

test('what is pushed to another Redis leaves no hole in this one, now or once it is pushed to again', async () => {
  await home.apply(town.post(bob));
  await rest();
  expect(await fanOutTo(other)).toBe(true);
  await seesAll();
  await seesAll();
  await home.apply(town.post(bob));
  await rest();
  expect(await fanOutTo(home.cache)).toBe(true);
  await seesAll();
  await home.apply(town.post(bob));
  await fanOutTo(home.cache);
  await seesAll();
});

test('while one Redis is being pushed to, a worker on another one stands by', async () => {
  await home.apply(town.post(bob));
  await home.fanOut();
  expect(await fanOutTo(other)).toBe(false);
  await home.apply(town.post(bob));
  expect(await fanOutTo(other)).toBe(false);
  const { rows } = await home.pool.query('SELECT namespace FROM fanout_cursor');
  expect(rows).toEqual([{ namespace: home.cache.namespace() }]);
  await seesAll();
});

test('a Redis that is full freezes nobody: pages come from the tables until it takes pushes again', async () => {
  const { client } = home.redis;
  await client.config('SET', 'maxmemory-policy', 'noeviction');
  await client.config('SET', 'maxmemory', '1');
  for (let number = 0; number < 30; number++) {
    await home.apply(town.post(bob));
    await dispatch(home.pool, home.limits);
    await home.fanOut();
    await seesAll();
  }
  await client.config('SET', 'maxmemory', '0');
  await home.pool.query('UPDATE fanout_task SET next_attempt_at = now()');
  await home.fanOut();
  await seesAll();
});
