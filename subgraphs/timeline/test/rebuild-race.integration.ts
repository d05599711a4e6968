import { afterAll, beforeAll, expect, test } from 'vitest';
import { selectForCache } from '../src/home-cache/rebuild.ts';
import { highest } from '../src/belonging/range.ts';
import { openBuild } from './support/open-build.ts';
import { openHome, type TestHome } from './support/home.ts';
import { createTown, type Town } from './support/town.ts';

let town: Town;
let home: TestHome;
let alice: bigint;
let bob: bigint;
let carol: bigint;

beforeAll(async () => {
  town = createTown(3);
  [alice = 0n, bob = 0n, carol = 0n] = town.people;
  home = await openHome(town);
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  await home.apply([...town.follow(alice, bob), ...town.post(bob)]);
  await home.fanOut();
});
afterAll(() => home.close());

const listed = async () =>
  (await home.cache.read(alice, { low: 0n, high: highest, order: 'newest' }, 1_000))?.ids;

async function postByBob(): Promise<bigint> {
  await home.apply(town.post(bob));
  await home.fanOut();
  return town.posts().at(-1)?.id ?? 0n;
}

test('a push between the selection and the store is not lost', async () => {
  await home.cache.forget([alice]);
  const token = await openBuild(home.cache, alice);
  const selection = await selectForCache(home.pool, alice);
  const pushed = await postByBob();
  expect(await home.cache.store(alice, token, selection)).toBe(true);
  expect(await listed()).toEqual([pushed, ...selection.ids]);
});

test('the naive form, which opens after the selection, does lose it', async () => {
  await home.cache.forget([alice]);
  const selection = await selectForCache(home.pool, alice);
  const pushed = await postByBob();
  const token = await openBuild(home.cache, alice);
  await home.cache.store(alice, token, selection);
  expect(await listed()).not.toContain(pushed);
  await home.cache.forget([alice]);
});

test('a follow during a rebuild keeps it from being stored, and an older epoch from being believed', async () => {
  await home.cache.forget([alice]);
  const token = await openBuild(home.cache, alice);
  const selection = await selectForCache(home.pool, alice);
  await home.apply([...town.post(carol), ...town.follow(alice, carol)]);
  await home.fanOut();
  expect(await home.cache.store(alice, token, selection)).toBe(false);

  const late = await openBuild(home.cache, alice);
  await home.cache.store(alice, late, selection);
  expect(await home.read(alice, 20)).toEqual(await home.expected(alice));
});

test('under a stream of posts no rebuild leaves a hole', async () => {
  const stream = { isOn: true };
  const posting = (async () => {
    while (stream.isOn) await postByBob();
  })();
  for (let round = 0; round < 60; round++) {
    await home.cache.forget([alice]);
    await home.read(alice, 100);
  }
  stream.isOn = false;
  await posting;
  const list = await listed();
  expect(list).toEqual((await home.expected(alice)).slice(0, list?.length));
});

test('readers of one cold list wait for nothing, and one rebuild serves the next', async () => {
  await home.cache.forget([alice]);
  home.rebuilds.length = 0;
  const pages = await Promise.all(Array.from({ length: 500 }, () => home.read(alice, 100)));
  const expected = await home.expected(alice);
  for (const page of pages) expect(page).toEqual(expected);
  expect(home.rebuilds.filter((outcome) => outcome === 'stored')).toHaveLength(1);
});
