import { relationKey } from '@murmuration/relationships';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { SeenEntry } from '../src/belonging/visible.ts';
import { type Act, act, actsOf } from './support/acts.ts';
import { openLive, type TestLive } from './support/live.ts';
import { makeList } from './support/lists.ts';
import { createTown, type Town } from './support/town.ts';
import { homeOf, listOf, type SourceKind } from '../src/belonging/source.ts';

const people = 6;
const pageSize = 20;

/** What `user` does when relations or accounts changed, before it acknowledges: every lease they are part of ends. */
async function endLeases({ redis }: TestLive, town: Town): Promise<void> {
  const namespace = redis.namespace();
  if (namespace !== null) await redis.client.del(town.people.map((person) => relationKey(namespace, person)));
}

/** The first page of a reader. */
async function pageOf(live: TestLive, reader: bigint): Promise<SeenEntry[]> {
  const page = { limit: pageSize, direction: 'forward', after: null, before: null } as const;
  return (await live.pipeline.page(homeOf(reader), page)).entries.slice(0, pageSize);
}

/** The first page of a list, for whoever reads it. */
async function listPageOf(live: TestLive, listId: bigint, reader: bigint): Promise<SeenEntry[]> {
  const page = { limit: pageSize, direction: 'forward', after: null, before: null } as const;
  return (await live.pipeline.page(listOf(listId, reader), page)).entries.slice(0, pageSize);
}

/** Whether a reader must not see an entry, by the town's own books: who hides from whom, and what is for whom. */
function isHidden(
  town: Town,
  reader: bigint,
  { authorId, reposterId, visibility, mentionedIds }: SeenEntry,
  kind: SourceKind = 'home',
) {
  const truth = town.truth();
  const are = (pairs: readonly object[], a: bigint, b: bigint) =>
    pairs.some((pair) => String(Object.values(pair)) === `${a},${b}`);
  const hides = (person: bigint) =>
    person !== reader &&
    (are(truth.blocks, reader, person) ||
      are(truth.blocks, person, reader) ||
      are(truth.mutes, reader, person) ||
      truth.accounts.some(({ id, isSuspended }) => id === person && isSuspended));
  const follows = (person: bigint) => person === reader || are(truth.follows, reader, person);
  const isClosed = (person: bigint) => truth.accounts.some(({ id, isPrivate: is }) => id === person && is);
  const isPrivate = isClosed(authorId);
  const isMentioned = authorId === reader || mentionedIds.includes(reader);
  const isForFollowers = isPrivate || visibility === 'followers';
  const isNotFor =
    visibility === 'mentioned' ? !isMentioned : isForFollowers && !follows(authorId) && !isMentioned;
  const isNotBrought = (person: bigint) => (kind === 'home' || isClosed(person)) && !follows(person);
  return (
    hides(authorId) || isNotFor || (reposterId !== null && (hides(reposterId) || isNotBrought(reposterId)))
  );
}

async function check(live: TestLive, town: Town, acts: readonly Act[]): Promise<void> {
  // Of everybody: being in a list lets nobody see more.
  const list = await makeList(live.pool, town.people[0] ?? 0n, town.people);
  const listeners = new Map(town.people.map((person) => [person, live.listen(person)]));
  const told = new Map(town.people.map((person) => [person, 0]));

  /** Acknowledged, and the projection does not know yet: what belongs may be of a moment ago, what is seen may not. */
  async function nothingHidden({ kind: after, who, whom }: Act): Promise<void> {
    for (const [index, reader] of town.people.entries()) {
      const hidden = (await pageOf(live, reader)).filter((entry) => isHidden(town, reader, entry));
      expect(hidden, `in a page of ${reader} after ${after}, unprojected`).toEqual([]);
      // Nobody else's sight has changed.
      if (index !== who && index !== whom) continue;
      const listed = await listPageOf(live, list.id, reader);
      const hiddenInList = listed.filter((entry) => isHidden(town, reader, entry, 'list'));
      expect(hiddenInList, `in the list as ${reader} sees it after ${after}, unprojected`).toEqual([]);
    }
  }

  async function nothingForeign(after: string): Promise<void> {
    for (const reader of town.people) {
      const allowed = new Set(await live.expected(reader));
      const shown = await pageOf(live, reader);
      const foreign = shown.filter(({ id }) => !allowed.has(id));
      expect(foreign, `in a page of ${reader} after ${after}`).toEqual([]);
      const added = listeners.get(reader)?.added() ?? [];
      const news = added.slice(told.get(reader));
      told.set(reader, added.length);
      expect(
        news.filter((id) => !allowed.has(id)),
        `told to ${reader} after ${after}`,
      ).toEqual([]);
    }
  }

  for (const [index, one] of acts.entries()) {
    const changes = act(town, one);
    await endLeases(live, town);
    await nothingHidden(one);
    await live.tell(changes);
    if (index % 2 === 0) await live.fanOut();
    await nothingForeign(one.kind);
  }
  for (const listener of listeners.values()) await listener.hangUp();
}

test('after each block, mute, privacy change and deletion nothing hidden shows, in pages or live', async () => {
  await fc.assert(
    fc.asyncProperty(actsOf(people, 40), async (acts) => {
      const town = createTown(people);
      const live = await openLive(town);
      try {
        await vi.waitUntil(() => live.redis.namespace() !== null, { timeout: 15_000 });
        await live.tell(town.people.flatMap((person) => town.setAccount(person, {})));
        await live.tell(town.people.flatMap((a) => town.people.flatMap((b) => town.follow(a, b))));
        await check(live, town, acts);
      } finally {
        await live.close();
      }
    }),
    { numRuns: 5, endOnFailure: true },
  );
}, 120_000);
