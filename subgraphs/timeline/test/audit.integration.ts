import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditReader } from '../src/audit/audit.ts';
import { readerKeys } from '../src/home-cache/keys.ts';
import { openHome, type TestHome } from './support/home.ts';
import { createTown, type Town } from './support/town.ts';

let town: Town;
let home: TestHome;
let alice: bigint;
let bob: bigint;

beforeAll(async () => {
  town = createTown(2);
  [alice = 0n, bob = 0n] = town.people;
  home = await openHome(town);
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  await home.apply([...town.follow(alice, bob), ...town.post(bob), ...town.post(bob), ...town.post(bob)]);
  await home.fanOut();
});
afterAll(() => home.close());

const audit = (settleMs: number) => auditReader({ sql: home.pool, cache: home.cache, settleMs }, alice);

test('a list that lacks an entry is found and made anew', async () => {
  expect(await audit(1)).toBe('cold');
  await home.read(alice, 20);
  expect(await audit(1)).toBe('equal');
  const { list, header } = readerKeys(home.redis.namespace() ?? '', alice);
  await home.redis.client.lrem(list, 1, String(town.posts()[1]?.id));
  await home.redis.client.hset(header, 'length', 2);
  expect(await home.read(alice, 20)).toHaveLength(2);
  expect(await audit(1)).toBe('healed');
  expect(await home.read(alice, 20)).toEqual(await home.expected(alice));
  expect(await audit(1)).toBe('equal');
});

test('what is still on its way is not missing', async () => {
  await home.read(alice, 20);
  await home.apply(town.post(bob));
  // Longer than a fan-out takes, on any machine.
  const audited = audit(3_000);
  await home.fanOut();
  expect(await audited).toBe('equal');
});
