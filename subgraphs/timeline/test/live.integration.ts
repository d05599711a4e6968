import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamLimits } from '../src/live/stream.ts';
import { openLive, type TestLive } from './support/live.ts';
import { createTown, type Town } from './support/town.ts';

let town: Town;
let live: TestLive;
let alice: bigint;
let bob: bigint;
let carol: bigint;
let dave: bigint;

beforeAll(async () => {
  town = createTown(4);
  [alice = 0n, bob = 0n, carol = 0n, dave = 0n] = town.people;
  live = await openLive(town);
  await live.tell(town.people.flatMap((person) => town.setAccount(person, {})));
  await live.tell(town.follow(alice, bob));
});
afterAll(() => live.close());

const newest = () => town.posts().at(-1)?.id ?? 0n;
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
  const connection = await live.services.home.timeline(alice, { first: 5 }, null);
  const cursor = live.services.home.liveCursor(connection);
  const missed = await post(bob);
  expect(await live.services.home.newPostCount(alice, cursor)).toBe(1);
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
  await sleep(2 * streamLimits.freshMs);
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
  expect(await live.services.home.newPostCount(alice, cursor)).toBeGreaterThan(0);
  await live.pool.query('DELETE FROM timeline_event WHERE seq <= $1', [(place?.seq ?? 0n) + 1n]);
  expect(await live.services.home.newPostCount(alice, cursor)).toBeNull();
  const old = live.listen(alice, cursor);
  await expect.poll(() => old.events).toMatchObject([{ type: 'Reset', reason: 'TOO_OLD' }]);
  await old.hangUp();
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
