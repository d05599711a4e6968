import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditReader } from '../src/audit/audit.ts';
import { listOf } from '../src/belonging/source.ts';
import { openHome, type TestHome } from './support/home.ts';
import { changeList, type ListChange, listChangesOf, makeList } from './support/lists.ts';
import { createTown, type Town } from './support/town.ts';
import { type Act, act, actsOf } from './support/acts.ts';

/** Lists so short that most reads run below their floor. */
const shortLists = {
  cachedEntries: 12,
  cacheSlack: 4,
  chunkFollowers: 3,
  bigFollowers: 5,
  bigOverlapMs: 0,
  // And stretches of the tables so short that a page takes in several.
  stretchedMembers: 2,
  pageStretchMs: 3,
};

async function live(
  town: Town,
  home: TestHome,
  acts: readonly Act[],
  readEvery: number,
  onAct?: (index: number) => Promise<void>,
): Promise<void> {
  for (const [index, one] of acts.entries()) {
    await home.apply(act(town, one));
    await onAct?.(index);
    if (index % 3 === 0) await home.fanOut();
    // Reading on the way makes lists warm, so that what follows is pushed and not only rebuilt.
    if (index % readEvery === 0) await home.read(town.people[index % town.people.length] ?? 0n, 20);
  }
  await home.fanOut();
}

test('every home equals the oracle, at any page size, both ways, above and below the floor', async () => {
  await fc.assert(
    fc.asyncProperty(actsOf(8, 160), fc.constantFrom(2, 5_000), async (acts, pulledFollowees) => {
      const town = createTown(8);
      const home = await openHome(town, { limits: { ...shortLists, pulledFollowees } });
      try {
        await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
        await live(town, home, acts, 5);
        for (const reader of town.people) {
          expect(await auditReader({ sql: home.pool, cache: home.cache, settleMs: 0 }, reader)).not.toBe(
            'healed',
          );
          const expected = await home.expected(reader);
          for (const size of [1, 20, 100]) {
            expect(await home.read(reader, size), `forwards by ${size}`).toEqual(expected);
            expect(await home.read(reader, size, 'backward'), `backwards by ${size}`).toEqual(expected);
          }
        }
      } finally {
        await home.close();
      }
    }),
    { numRuns: 5, endOnFailure: true },
  );
});

test('every list equals the oracle for whoever reads it, whoever comes and goes, at any page size, both ways', async () => {
  await fc.assert(
    fc.asyncProperty(actsOf(7, 120), listChangesOf(7), async (acts, changes: ListChange[]) => {
      const town = createTown(7);
      const home = await openHome(town, { limits: { ...shortLists, pulledFollowees: 5_000 } });
      try {
        await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
        const list = await makeList(home.pool, town.people[0] ?? 0n, town.people.slice(0, 4));
        await live(town, home, acts, 40, async (index) => {
          const change = changes[index];
          if (change) await changeList(home.pool, list, town.people[change.who] ?? 0n, change.isAdded);
        });
        for (const reader of [...town.people, null]) {
          const expected = await home.expectedOfList(list, reader);
          const source = listOf(list.id, reader);
          expect(await home.readAll(source, 3), 'forwards').toEqual(expected);
          expect(await home.readAll(source, 7, 'backward'), 'backwards').toEqual(expected);
        }
      } finally {
        await home.close();
      }
    }),
    { numRuns: 3, endOnFailure: true },
  );
});

let town: Town;
let home: TestHome;
beforeAll(async () => {
  town = createTown(6);
  home = await openHome(town);
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
});
afterAll(() => home.close());

test('what one sees of oneself needs no fan-out', async () => {
  const [alice = 0n] = town.people;
  await home.apply(town.post(alice));
  expect(await home.read(alice, 20)).toEqual(await home.expected(alice));
  await home.apply(town.post(alice));
  expect(await home.read(alice, 20)).toHaveLength(2);
});

test('a repost that comes before its original waits for it', async () => {
  const [, bob = 0n, carol = 0n, dave = 0n] = town.people;
  await home.apply(town.follow(bob, carol));
  const original = town.post(dave);
  const repost = town.repost(carol, town.posts().at(-1)?.id ?? 0n);
  await home.apply(repost);
  await home.fanOut();
  expect(await home.read(bob, 20)).toEqual([]);
  await home.apply(original);
  await home.fanOut();
  expect(await home.read(bob, 20)).toEqual(await home.expected(bob));
  expect(await home.expected(bob)).toHaveLength(1);
});
