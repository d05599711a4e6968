import { afterAll, beforeAll, expect, test } from 'vitest';
import { listOf } from '../src/belonging/source.ts';
import { makeList, type MadeList } from './support/lists.ts';
import { listen, openLive, type TestLive } from './support/live.ts';
import { createTown, type Town } from './support/town.ts';

const readers = 40;

let town: Town;
let live: TestLive;
let list: MadeList;
let ben: bigint;
let crowd: bigint[];

beforeAll(async () => {
  town = createTown(readers + 3);
  const [anna = 0n, member = 0n, ...others] = town.people;
  [ben, crowd] = [member, others];
  live = await openLive(town);
  await live.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  list = await makeList(live.pool, anna, [ben]);
});
afterAll(() => live.close());

const newest = () => town.posts().at(-1)?.id ?? 0n;
async function say(of: Parameters<Town['post']>[1] = {}, text = 'a word'): Promise<bigint> {
  await live.tell(town.post(ben, of, text));
  return newest();
}

type Watched = ReturnType<typeof watch>;
function watch(person: bigint | null) {
  const events = live.services.listStreams(listOf(list.id, person), null);
  return listen({ events, close: async () => void (await events.return?.()) });
}

/** A stream without a cursor begins at the head that it finds: what is said until all were told something is left out. */
async function haveBegun(streams: readonly Watched[]): Promise<void> {
  await expect
    .poll(async () => {
      await say();
      return streams.every((stream) => stream.added().length > 0);
    })
    .toBe(true);
  const last = await say();
  await expect.poll(() => streams.map((stream) => stream.added().at(-1))).toEqual(streams.map(() => last));
}

/** The statements about lists that are asked while something is done, by their names. */
async function asked(act: () => Promise<void>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const doors = [live.pool, live.reads] as unknown as { query: (...given: { name?: string }[]) => unknown }[];
  const originals = doors.map((door) => door.query);
  for (const [index, door] of doors.entries()) {
    door.query = (...given) => {
      const name = given[0]?.name ?? '';
      if (name.startsWith('list')) counts[name] = (counts[name] ?? 0) + 1;
      return originals[index]?.apply(door, given);
    };
  }
  await act();
  for (const [index, door] of doors.entries()) if (originals[index]) door.query = originals[index];
  return counts;
}

test('what somebody in a list says is as many statements for many readers as for one', async () => {
  const costFor = async (people: readonly (bigint | null)[]) => {
    const streams = people.map(watch);
    await haveBegun(streams);
    const costs: Record<string, number>[] = [];
    for (let times = 0; times < 5; times++) {
      const cost = await asked(async () => {
        const said = await say();
        await expect
          .poll(() => streams.map((stream) => stream.added().at(-1)))
          .toEqual(people.map(() => said));
      });
      costs.push(cost);
    }
    await Promise.all(streams.map((stream) => stream.hangUp()));
    // Who was woken while they looked looks once more, at nothing: the least is what it costs.
    const sumOf = (cost: Record<string, number>) =>
      Object.values(cost).reduce((sum, count) => sum + count, 0);
    return costs.toSorted((one, other) => sumOf(one) - sumOf(other))[0];
  };
  const one = await costFor(crowd.slice(0, 1));
  expect(Object.keys(one ?? {}).length).toBeGreaterThan(2);
  expect(await costFor([...crowd, null])).toEqual(one);
});

test('each of them is told by their own sight, and goes on after it was not told', async () => {
  const [follows = 0n, mutes = 0n, mutesWord = 0n, blocked = 0n, other = 0n] = crowd;
  const people = [follows, mutes, mutesWord, blocked, other, null];
  await live.tell([...town.follow(follows, ben), ...town.mute(mutes, ben), ...town.block(ben, blocked)]);
  await live.services.words.mute(mutesWord, { text: 'egg', scope: 'everywhere', until: null });
  const streams = people.map(watch);
  const [f, m, w, b, o, nobody] = streams as [Watched, Watched, Watched, Watched, Watched, Watched];
  await haveBegun([f, w, o, nobody]);
  const begun = new Map(streams.map((stream) => [stream, stream.added().length]));
  const egg = await say({}, 'an egg');
  const forFollowers = await say({ visibility: 'followers' });
  const last = await say();
  const since = (stream: Watched) => stream.added().slice(begun.get(stream));
  await expect
    .poll(() => [f, m, w, b, o, nobody].map(since))
    .toEqual([[egg, forFollowers, last], [], [last], [], [egg, last], [egg, last]]);
  await live.tell(town.mute(mutes, ben, false));
  const again = await say();
  await expect.poll(() => since(m)).toEqual([again]);
  await live.tell(town.remove(last));
  await expect
    .poll(() => [f, o, nobody].map((stream) => stream.types().at(-1)))
    .toEqual(['PostRemoved', 'PostRemoved', 'PostRemoved']);
  await Promise.all(streams.map((stream) => stream.hangUp()));
});
