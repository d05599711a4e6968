import { setTimeout as sleep } from 'node:timers/promises';
import { encodeId, timeOf } from '@murmuration/ids';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { timelineLimits } from '../src/limits.ts';
import { liveFreshness } from '../src/live/metrics.ts';
import type { CursoredEvent } from '../src/live/live-event.ts';
import { openLive, type TestLive } from './support/live.ts';
import { createTown, type Town } from './support/town.ts';
import { homeOf } from '../src/belonging/source.ts';

let town: Town;
let live: TestLive;
let alice: bigint;
let bob: bigint;
let carol: bigint;
let dave: bigint;
/** People whom no other test has anything to do with. */
let rest: bigint[];

beforeAll(async () => {
  town = createTown(4 + 11);
  [alice = 0n, bob = 0n, carol = 0n, dave = 0n, ...rest] = town.people;
  live = await openLive(town);
  await live.tell(town.people.flatMap((person) => town.setAccount(person, {})));
  await live.tell(town.follow(alice, bob));
});
afterAll(() => live.close());

const newest = () => town.posts().at(-1)?.id ?? 0n;
function outsiders(count: number): bigint[] {
  return rest.splice(0, count);
}
async function post(author: bigint): Promise<bigint> {
  await live.tell(town.post(author));
  return newest();
}

test('what is said comes to those who follow, in order, and not to others', async () => {
  const [a, c] = [live.listen(alice), live.listen(carol)];
  const ids: bigint[] = [];
  for (let count = 0; count < 20; count++) ids.push(await post(bob));
  await expect.poll(() => a.added()).toEqual(ids);
  const own = await post(carol);
  await expect.poll(() => c.added()).toEqual([own]);
  expect(a.added()).toEqual(ids);
  await Promise.all([a.hangUp(), c.hangUp()]);
});

test('after fifty missed posts the last cursor brings them in order, once, and then what is new', async () => {
  const first = live.listen(alice);
  const seen = await post(bob);
  await expect.poll(() => first.added()).toEqual([seen]);
  await first.hangUp();
  const missed: bigint[] = [];
  for (let count = 0; count < 50; count++) missed.push(await post(bob));
  const again = live.listen(alice, first.lastCursor());
  missed.push(await post(bob));
  await expect.poll(() => again.added()).toEqual(missed);
  await again.hangUp();
});

test('a reader who comes and goes while posts stream by gets every one of them once', async () => {
  const start = live.listen(alice);
  await post(bob);
  await expect.poll(start.lastCursor).not.toBeNull();
  await start.hangUp();
  const posted: bigint[] = [];
  const stream = { isOn: true };
  const posting = (async () => {
    while (stream.isOn) posted.push(await post(bob));
  })();
  const got: bigint[] = [];
  let cursor = start.lastCursor();
  for (let visit = 0; visit < 15; visit++) {
    const listener = live.listen(alice, cursor);
    await expect.poll(() => listener.events.length, { interval: 2 }).toBeGreaterThan(visit % 7);
    await listener.hangUp();
    got.push(...listener.added());
    cursor = listener.lastCursor() ?? cursor;
  }
  stream.isOn = false;
  await posting;
  const last = live.listen(alice, cursor);
  await expect.poll(() => [...got, ...last.added()]).toEqual(posted);
  await last.hangUp();
});

test('from a page on, liveCursor continues without a gap', async () => {
  await live.fanOut();
  const connection = await live.services.timelines.page(
    homeOf(alice),
    { first: 5 },
    { position: null, extensions: {} },
  );
  const cursor = live.services.timelines.liveCursor(connection);
  const missed = await post(bob);
  expect(await live.services.timelines.newPostCount(homeOf(alice), cursor)).toBe(1);
  const listener = live.listen(alice, cursor);
  await expect.poll(() => listener.added()).toEqual([missed]);
  await listener.hangUp();
});

test('a follow counts from its moment, an unfollow and a block end at theirs', async () => {
  const listener = live.listen(alice);
  await post(carol);
  await live.tell(town.follow(alice, carol));
  const followed = await post(carol);
  await expect.poll(() => listener.added()).toEqual([followed]);
  await live.tell(town.unfollow(alice, carol));
  await post(carol);
  await live.tell(town.follow(alice, carol));
  // The block is known to its owner, not yet to the projection.
  const block = town.block(carol, alice);
  await post(carol);
  const end = await post(bob);
  await expect.poll(() => listener.added()).toEqual([followed, end]);
  await live.tell(block);
  await listener.hangUp();
});

test('what waited while somebody blocked is looked at again before it is told', async () => {
  const stream = live.stream(alice);
  const first = stream.events.next();
  const seen = await post(bob);
  expect((await first).value).toMatchObject({ type: 'PostAdded', entry: { id: seen } });
  await post(bob);
  // Routed by now, and waiting longer than what is believed without another look.
  await sleep(2 * timelineLimits.liveFreshMs);
  const block = town.block(bob, alice);
  const own = town.post(alice);
  await live.tell(own);
  expect((await stream.events.next()).value).toMatchObject({ entry: { id: newest() } });
  await stream.close();
  await live.tell([...block, ...town.block(bob, alice, false)]);
  await live.tell(town.follow(alice, bob));
});

test('with hundreds of followees the replay scans the log, and tells the same', async () => {
  const listener = live.listen(alice);
  await post(bob);
  await expect.poll(listener.lastCursor).not.toBeNull();
  await listener.hangUp();
  const missed = [await post(bob), await post(alice), await post(bob)];
  await live.pool.query('UPDATE reader SET followee_count = followee_count + 500 WHERE id = $1', [alice]);
  const again = live.listen(alice, listener.lastCursor());
  await expect.poll(() => again.added()).toEqual(missed);
  await again.hangUp();
  await live.pool.query('UPDATE reader SET followee_count = followee_count - 500 WHERE id = $1', [alice]);
});

test('reposts come once, and removals are told to those who had the post', async () => {
  await live.tell([...town.follow(alice, carol), ...town.block(carol, alice, false)]);
  await live.tell(town.follow(alice, carol));
  const listener = live.listen(alice);
  const original = await post(dave);
  await live.tell([...town.repost(bob, original), ...town.repost(carol, original)]);
  await expect.poll(listener.types).toEqual(['PostAdded']);
  await live.tell(town.undoRepost(bob, original));
  await live.tell(town.remove(original));
  await expect.poll(listener.types).toEqual(['PostAdded', 'PostRemoved', 'PostRemoved']);
  await listener.hangUp();
});

test('a post for those it names is taken back from them, and from nobody else', async () => {
  await live.tell(town.follow(dave, bob));
  const [named, other] = [live.listen(alice), live.listen(dave)];
  await live.tell(town.post(bob, { visibility: 'mentioned', mentionedIds: [alice] }));
  await expect.poll(named.types).toEqual(['PostAdded']);
  await live.tell(town.remove(newest()));
  const end = await post(bob);
  await expect.poll(named.types).toEqual(['PostAdded', 'PostRemoved', 'PostAdded']);
  await expect.poll(other.added).toEqual([end]);
  expect(other.types()).toEqual(['PostAdded']);
  await live.tell(town.unfollow(dave, bob));
  await Promise.all([named.hangUp(), other.hangUp()]);
});

/** Whom a stream tells to forget, in order. */
const hiddenOn = (stream: { events: readonly CursoredEvent[] }) =>
  stream.events.flatMap((event) => (event.type === 'PersonHidden' ? [event.personId] : []));

test('whoever is hidden from a viewer leaves their open streams, and nobody else’s', async () => {
  const [author = 0n, blocker = 0n, fan = 0n, stranger = 0n, reposter = 0n] = outsiders(5);
  await live.tell([author, blocker, reposter].flatMap((other) => town.follow(fan, other)));
  await live.tell(town.follow(stranger, reposter));
  await live.tell(town.repost(reposter, await post(author)));
  const [theirs, others] = [live.listen(fan), live.listen(stranger)];
  await post(reposter);
  await Promise.all([theirs, others].map((each) => expect.poll(each.types).toEqual(['PostAdded'])));
  const start = theirs.lastCursor();
  const startOfOthers = others.lastCursor();

  await live.tell(town.mute(fan, reposter));
  await live.tell(town.block(blocker, fan));
  await live.tell(town.setAccount(author, { isPrivate: true }));
  await live.tell(town.setAccount(author, { isSuspended: true }));
  await live.tell(town.unfollow(fan, author));
  // The block ended a follow, and that is told.
  const expected = [reposter, blocker, author, author];
  await expect.poll(() => hiddenOn(theirs)).toEqual(expected);
  await expect.poll(() => hiddenOn(others)).toEqual([author, author]);
  const told = [...others.events];

  // Who was away is told the same.
  const [again, othersAgain] = [live.listen(fan, start), live.listen(stranger, startOfOthers)];
  await expect.poll(() => new Set(hiddenOn(again))).toEqual(new Set(expected));
  await expect.poll(() => hiddenOn(othersAgain)).toEqual([author, author]);
  expect(othersAgain.events.map(({ cursor }) => cursor)).toHaveLength(told.length - 1);
  await Promise.all([theirs, others, again, othersAgain].map((each) => each.hangUp()));
});

test('who is to be seen again meanwhile is not forgotten by those who were away', async () => {
  const [author = 0n, muted = 0n, blocked = 0n, fan = 0n] = outsiders(4);
  const all = [author, muted, blocked];
  await live.tell(all.flatMap((other) => town.follow(fan, other)));
  const listener = live.listen(fan);
  await post(author);
  await expect.poll(listener.types).toEqual(['PostAdded']);
  const start = listener.lastCursor();
  for (const isHidden of [true, false]) {
    await live.tell(isHidden ? town.unfollow(fan, author) : town.follow(fan, author));
    await live.tell(town.mute(fan, muted, isHidden));
    await live.tell(town.block(fan, blocked, isHidden));
    await live.tell(town.setAccount(author, { isPrivate: isHidden, isSuspended: isHidden }));
  }
  // A block ended the follow, and that does not come back with it.
  await live.tell(town.follow(fan, blocked));
  const end = await post(muted);
  await expect.poll(() => hiddenOn(listener).length).toBe(4);
  const again = live.listen(fan, start);
  await expect.poll(() => again.added()).toEqual([end]);
  expect(again.types()).toEqual(['PostAdded']);
  await Promise.all([listener, again].map((each) => each.hangUp()));
});

test('nobody is told to forget themselves, and no stranger hears of a stranger, not even of a block of theirs', async () => {
  const [author = 0n, stranger = 0n] = outsiders(2);
  const [own, others] = [live.listen(author), live.listen(stranger)];
  await live.tell(town.setAccount(author, { isPrivate: true, isSuspended: true }));
  await live.tell(town.setAccount(author, { isPrivate: false, isSuspended: false }));
  await live.tell(town.block(author, stranger));
  await live.tell(town.mute(stranger, alice));
  await expect.poll(() => hiddenOn(others)).toHaveLength(1);
  // Their own block, and nothing of themselves.
  await expect.poll(() => hiddenOn(own)).toEqual([stranger]);
  expect(hiddenOn(others)).not.toContain(author);
  await Promise.all([own, others].map((each) => each.hangUp()));
});

test('a cursor that is forged, foreign, of another building or too old is answered by one Reset', async () => {
  const listener = live.listen(alice);
  await post(bob);
  await expect.poll(listener.lastCursor).not.toBeNull();
  const cursor = listener.lastCursor() ?? '';
  await listener.hangUp();
  const place = live.cursors.decode(cursor);
  expect(place).not.toBeNull();
  const rebuilt = live.cursors.encode({ seq: 1n, viewerId: alice, incarnation: '00000000' });
  const forged = `${cursor.slice(0, -3)}${cursor.endsWith('AAA') ? 'BBB' : 'AAA'}`;
  const cases = [
    [alice, forged, 'INVALID'],
    [alice, 'nonsense', 'INVALID'],
    [carol, cursor, 'NOT_YOURS'],
    [alice, rebuilt, 'REBUILT'],
  ] as const;
  for (const [viewer, after, reason] of cases) {
    const stream = live.listen(viewer, after);
    await expect.poll(() => stream.events.length).toBe(1);
    expect(stream.events[0]).toMatchObject({ type: 'Reset', reason });
    const own = await post(viewer);
    await expect.poll(() => stream.added()).toEqual([own]);
    expect(stream.types()).toEqual(['Reset', 'PostAdded']);
    await stream.hangUp();
  }
  expect(await live.services.timelines.newPostCount(homeOf(alice), cursor)).toBeGreaterThan(0);
  await live.pool.query('DELETE FROM timeline_event WHERE seq <= $1', [(place?.seq ?? 0n) + 1n]);
  expect(await live.services.timelines.newPostCount(homeOf(alice), cursor)).toBeNull();
  const old = live.listen(alice, cursor);
  await expect.poll(() => old.events).toMatchObject([{ type: 'Reset', reason: 'TOO_OLD' }]);
  await old.hangUp();
});

test('the age of what is told as it happens is measured, and not that of what was missed', async () => {
  const measured = async () => {
    const { values } = await liveFreshness.get();
    const of = (name: string) =>
      values.find(({ metricName }) => metricName === `live_event_freshness_seconds_${name}`)?.value ?? 0;
    return { count: of('count'), sum: of('sum') };
  };
  const before = await measured();
  const listener = live.listen(alice);
  const written = timeOf(await post(bob));
  await expect.poll(listener.types).toEqual(['PostAdded']);
  const [first] = listener.events;
  const once = await measured();
  expect(once.count - before.count).toBe(1);
  const age = (Date.now() - written) / 1_000;
  expect(once.sum - before.sum).toBeGreaterThan(age - 60);
  expect(once.sum - before.sum).toBeLessThanOrEqual(age);
  const again = live.listen(alice, first?.cursor);
  await post(bob);
  await Promise.all([listener, again].map((each) => expect.poll(each.added).toContain(newest())));
  expect((await measured()).count - once.count).toBe(2);
  const late = live.listen(alice, first?.cursor);
  await expect.poll(late.types).toEqual(['PostAdded']);
  expect((await measured()).count - once.count).toBe(2);
  await Promise.all([listener, again, late].map((each) => each.hangUp()));
});

test('a projection built anew tells open streams once, and they go on', async () => {
  const listener = live.listen(alice);
  await post(bob);
  await expect.poll(listener.types).toEqual(['PostAdded']);
  await live.pool.query('UPDATE timeline_head SET incarnation = gen_random_uuid()');
  await expect.poll(listener.types).toEqual(['PostAdded', 'Reset']);
  await post(bob);
  await expect.poll(listener.types).toEqual(['PostAdded', 'Reset', 'PostAdded']);
  await listener.hangUp();
});

test('what waited while the projection was built anew keeps the place it had before', async () => {
  const waiting = live.stream(alice);
  const quick = live.listen(alice);
  await post(bob);
  await waiting.events.next();
  await post(bob);
  await expect.poll(quick.types).toEqual(['PostAdded', 'PostAdded']);
  await live.pool.query('UPDATE timeline_head SET incarnation = gen_random_uuid()');
  await expect.poll(quick.types).toContain('Reset');
  const { value: first } = await waiting.events.next();
  await Promise.all([waiting.close(), quick.hangUp()]);
  const again = live.listen(alice, first?.cursor);
  await expect.poll(() => again.events).toMatchObject([{ type: 'Reset', reason: 'REBUILT' }]);
  await again.hangUp();
});

test('what is told as it happens says whom it is for, by a key that every process publishes', async () => {
  const a = live.listen(alice);
  const [first, second] = [await post(bob), await post(bob)];
  await expect.poll(() => a.added()).toEqual([first, second]);
  const keys = createLocalJWKSet((await live.services.publicKeys()) as JSONWebKeySet);
  const claims = await Promise.all(
    a.events.map(async (event) => {
      const token = event.type === 'PostAdded' ? event.audience : undefined;
      return (await jwtVerify(token ?? '', keys, { issuer: 'timeline' })).payload;
    }),
  );
  expect(claims).toMatchObject(
    [first, second].map((id) => ({
      entity: encodeId('Post', id),
      author: encodeId('User', bob),
      audience: 'everyone',
    })),
  );
  await a.hangUp();
});
