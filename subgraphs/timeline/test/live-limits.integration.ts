import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLogHead } from '../src/log/head.ts';
import { openLive, type TestLive } from './support/live.ts';
import { createTown, type Town } from './support/town.ts';
import { homeOf } from '../src/belonging/source.ts';

const limits = { newPostsLookedAt: 20, replayEvents: 100, streamsPerPerson: 3 };

let town: Town;
let live: TestLive;
let alice: bigint;
let bob: bigint;
let carol: bigint;

beforeAll(async () => {
  town = createTown(3);
  [alice = 0n, bob = 0n, carol = 0n] = town.people;
  live = await openLive(town, { limits });
  await live.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  await live.apply([...town.follow(alice, bob), ...town.follow(alice, carol), ...town.mute(alice, carol)]);
});
afterAll(() => live.close());

async function cursorNow(): Promise<string> {
  return live.cursors.encode({ ...(await readLogHead(live.pool)), viewerId: alice });
}

async function say(author: bigint, count: number): Promise<void> {
  await live.apply(Array.from({ length: count }, () => town.post(author)).flat());
}

async function firstEvent(after: string) {
  const { events, close } = live.stream(alice, after);
  const { value } = await events.next();
  await close();
  return value;
}

test('new posts are counted behind many of somebody who is muted', async () => {
  const cursor = await cursorNow();
  await say(carol, 3 * limits.newPostsLookedAt);
  await say(bob, 3);
  expect(await live.services.timelines.newPostCount(homeOf(alice), cursor)).toBe(3);
});

test('whoever missed as much as a replay tells is told all of it, and one event more is a reset', async () => {
  const [tooFar, near] = [await cursorNow(), await say(bob, 1).then(cursorNow)];
  await say(bob, limits.replayEvents);
  expect(await firstEvent(near)).toMatchObject({ type: 'PostAdded' });
  expect(await firstEvent(tooFar)).toMatchObject({ type: 'Reset', reason: 'TOO_OLD' });
});

test('what others said does not count as missed', async () => {
  await live.apply(town.unfollow(alice, carol));
  const cursor = await cursorNow();
  await say(carol, limits.replayEvents + 1);
  await say(bob, 1);
  expect(await firstEvent(cursor)).toMatchObject({ type: 'PostAdded' });
});

test('a count that would look at more than a replay tells is not known', async () => {
  await live.apply(town.follow(alice, carol));
  const cursor = await cursorNow();
  await say(carol, limits.replayEvents + 1);
  expect(await live.services.timelines.newPostCount(homeOf(alice), cursor)).toBeNull();
});

test('one stream more than a person may have is refused by name, and those that are open go on', async () => {
  const open = Array.from({ length: limits.streamsPerPerson }, () => live.stream(alice));
  expect(() => live.services.streams(alice, null)).toThrow(
    expect.objectContaining({ extensions: { code: 'RATE_LIMITED' } }),
  );
  const ofBob = live.stream(bob);
  await live.tell(town.post(bob));
  for (const { events } of [...open, ofBob]) {
    expect((await events.next()).value).toMatchObject({ type: 'PostAdded' });
  }
  await open[0]?.close();
  await open[0]?.close();
  open[0] = live.stream(alice);
  expect(() => live.services.streams(alice, null)).toThrow('live streams');
  for (const { close } of [...open, ofBob]) await close();
});
