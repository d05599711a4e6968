import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditReader } from '../src/audit/audit.ts';
import {
  beginShrinking,
  endShrinking,
  firstFollower,
  moveNextFollowers,
  type ShrinkingAuthor,
} from '../src/big-authors/shrink.ts';
import type { ChunkPlace } from '../src/belonging/recipients.ts';
import { highest } from '../src/belonging/range.ts';
import { openHome, type TestHome } from './support/home.ts';
import { createTown, type Town } from './support/town.ts';

/** Big above four followers, and small again with two; steps of one follower. */
const limits = { bigFollowers: 4, bigKeepShare: 0.5, bigLeastMs: 0, bigOverlapMs: 0, chunkFollowers: 1 };

let town: Town;
let home: TestHome;
let star: bigint;
let fans: bigint[];
beforeAll(async () => {
  town = createTown(7);
  home = await openHome(town, { limits });
  [star = 0n, ...fans] = town.people;
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
});
afterAll(() => home.close());

/** How the star stands: pulled, and pushed. */
async function standing(): Promise<string> {
  const { rows } = await home.pool.query<{ pulled: boolean; pushed: boolean }>(
    'SELECT big_seq IS NOT NULL AS pulled, big_at IS NULL AS pushed FROM account WHERE id = $1',
    [star],
  );
  return Object.entries(rows[0] ?? {})
    .flatMap(([name, is]) => (is ? [name] : []))
    .join(', ');
}

async function listOf(reader: bigint): Promise<bigint[]> {
  const list = await home.cache.read(reader, { low: 0n, high: highest, order: 'newest' }, 100);
  return list?.ids ?? [];
}

async function post(): Promise<bigint> {
  await home.apply(town.post(star));
  await home.fanOut();
  return town.posts().at(-1)?.id ?? 0n;
}

async function becomeBig(): Promise<void> {
  for (const fan of fans) await home.apply(town.follow(fan, star));
  await home.fanOut();
  expect(await standing()).toBe('pulled');
}

async function losesFans(): Promise<void> {
  for (const fan of fans.slice(2)) await home.apply(town.unfollow(fan, star));
  await home.fanOut();
}

test('an author who lost followers is pushed again, then in all lists, and pulled no more at last', async () => {
  await becomeBig();
  const whileBig = await post();
  await losesFans();
  const [ann = 0n, ben = 0n] = fans;
  const reads = async () => {
    for (const reader of [ann, ben]) expect(await home.read(reader, 20)).toEqual(await home.expected(reader));
  };
  await reads();
  expect(await listOf(ann)).not.toContain(whileBig);

  expect(await beginShrinking(home.pool, { ...home.limits, bigLeastMs: 3_600_000 })).toEqual([]);
  const [author] = await beginShrinking(home.pool, home.limits);
  expect(author).toMatchObject({ id: star });
  if (!author) return;
  expect(await standing()).toBe('pulled, pushed');
  await reads();
  const pushedAgain = await post();
  expect(await listOf(ann)).toContain(pushedAgain);
  for (const reader of [ann, ben]) {
    expect(await auditReader({ sql: home.pool, cache: home.cache, settleMs: 0 }, reader)).toBe('equal');
  }
  const next = await moveNextFollowers(home.pool, author, firstFollower, home.limits);
  await reads();
  expect([await listOf(ann), await listOf(ben)].filter((ids) => ids.includes(whileBig))).toHaveLength(1);
  let place: ChunkPlace | null = next;
  while (place) place = await moveNextFollowers(home.pool, author, place, home.limits);
  expect(await endShrinking(home.pool, author)).toBe(true);
  expect(await standing()).toBe('pushed');
  await reads();
  for (const reader of [ann, ben]) expect(await listOf(reader)).toEqual([pushedAgain, whileBig]);
});

test('one who becomes big again meanwhile stays so, whatever was begun', async () => {
  await becomeBig();
  await losesFans();
  const [author] = await beginShrinking(home.pool, home.limits);
  if (!author) throw new Error('nobody shrinks');
  await becomeBig();
  const whileBig = await post();
  await losesFans();
  expect(await beginShrinking(home.pool, home.limits)).toHaveLength(1);
  expect(await endShrinking(home.pool, author)).toBe(false);
  expect(await standing()).toBe('pulled, pushed');
  for (const fan of fans) expect(await home.read(fan, 20)).toEqual(await home.expected(fan));
  expect(town.posts().at(-1)?.id).toBe(whileBig);
});

interface Step {
  kind: 'post' | 'follow' | 'unfollow' | 'all come' | 'all go' | 'read' | 'fanOut' | 'shrink';
  who: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...(['post', 'post', 'follow', 'unfollow', 'all come', 'all go', 'read', 'read', 'fanOut'] as const),
      ...(['shrink', 'shrink', 'shrink', 'shrink'] as const),
    ),
    who: fc.nat(5),
  }),
  { minLength: 60, maxLength: 120, size: 'max' },
);

test('no page is wrong while an author becomes big and small, whatever happens in between', async () => {
  let shrunk = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const reader = (who: number) => fans[who] ?? 0n;
      // Nothing but the author makes the lists of these two anew.
      const isLoyal = (who: number) => who < 2;
      for (const fan of fans.filter((_fan, who) => isLoyal(who))) await home.apply(town.follow(fan, star));
      let author: ShrinkingAuthor | undefined;
      let place: ChunkPlace | null = firstFollower;
      const disloyal = fans.filter((_fan, who) => !isLoyal(who));
      for (const { kind, who } of all) {
        if (kind === 'post') await home.apply(town.post(star));
        else if (kind === 'follow') await home.apply(town.follow(reader(who), star));
        else if (kind === 'unfollow') await home.apply(isLoyal(who) ? [] : town.unfollow(reader(who), star));
        else if (kind === 'all come') await home.apply(fans.flatMap((fan) => town.follow(fan, star)));
        else if (kind === 'all go') await home.apply(disloyal.flatMap((fan) => town.unfollow(fan, star)));
        else if (kind === 'fanOut') await home.fanOut();
        else if (kind === 'read') {
          expect(await home.read(reader(who), 20)).toEqual(await home.expected(reader(who)));
        } else if (!author) {
          [author] = await beginShrinking(home.pool, home.limits);
          place = firstFollower;
        } else if (place) {
          place = await moveNextFollowers(home.pool, author, place, home.limits);
        } else {
          if (await endShrinking(home.pool, author)) shrunk++;
          author = undefined;
        }
      }
      await home.fanOut();
      for (const fan of fans) expect(await home.read(fan, 20)).toEqual(await home.expected(fan));
    }),
    { numRuns: 8, endOnFailure: true },
  );
  expect(shrunk).toBeGreaterThan(0);
});
