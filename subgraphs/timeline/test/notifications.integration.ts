import { createECDH, randomBytes } from 'node:crypto';
import { encodeId, idAt, timeOf } from '@murmuration/ids';
import { createRequestContext } from '@murmuration/service-kit/subgraph';
import { tablesScannedBy, whileHeld } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseAll } from '../src/erasure/erase.ts';
import { noteErasures } from '../src/erasure/told.ts';
import { retireNotifications } from '../src/notification-ingest/retire.ts';
import { sweepNews } from '../src/notification-ingest/apply.ts';
import { notificationLimits } from '../src/notifications/limits.ts';
import { createTimelineSubgraph } from '../src/server.ts';
import { openLive, type TestLive } from './support/live.ts';
import { openNews, type TestNews } from './support/news.ts';
import { createTown, type Town } from './support/town.ts';
import { homeOf } from '../src/belonging/source.ts';

let town: Town;
let live: TestLive;
let news: TestNews;
/** People whom no other test has anything to do with. */
let rest: bigint[];

beforeAll(async () => {
  town = createTown(120);
  rest = [...town.people];
  live = await openLive(town);
  news = openNews(live);
  await live.apply(town.people.flatMap((person) => town.setAccount(person, {})));
});
afterAll(() => live.close());

/** Somebody who is told on a device, and said when not. */
async function registerDevice(viewerId: bigint): Promise<void> {
  const { push } = live.services;
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  const keys = { p256dh: pair.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') };
  const device = { viewerId, sessionId: viewerId };
  const { serverKey } = push;
  await push.registerWeb(device, { endpoint: 'https://push.example.org/a', ...keys, serverKey });
  await push.update(device, { content: 'full' });
}

const newest = () => town.posts().at(-1)?.id ?? 0n;
const take = (count: number) => rest.splice(0, count) as [bigint, bigint, bigint, bigint];

test('each kind is told to whom it concerns, by the nearest reason, and to nobody about themselves', async () => {
  const [anna, ben] = take(2);
  await news.tell(town.post(anna));
  const post = newest();
  await news.tell([...town.like(ben, post), ...town.like(anna, post), ...town.repost(ben, post)]);
  await news.tell(town.post(ben, { replyToAuthorId: anna, mentionedIds: [anna, ben] }));
  const reply = newest();
  await news.tell(town.quote(ben, post));
  const quote = newest();
  await news.tell(town.post(ben, { mentionedIds: [anna] }));
  const mention = newest();
  await news.tell([...town.follow(ben, anna), ...town.request(anna, ben)]);
  await news.tell(town.follow(anna, ben));
  expect(await news.told(anna)).toEqual([
    `accepted: ${ben} → `,
    `follow: ${ben} → `,
    `mention: ${ben} → ${mention}`,
    `quote: ${ben} → ${quote}`,
    `reply: ${ben} → ${reply}`,
    `repost: ${ben} → ${post}`,
    `like: ${ben} → ${post}`,
  ]);
  expect(await news.told(ben), 'a request that was answered is none').toEqual([]);
  const only = await news.all(anna, { kinds: ['like', 'quote'] });
  expect(only.map(({ kind }) => kind)).toEqual(['quote', 'like']);
});

test('how old news is when it can be read is measured once, and not of what was read anew', async () => {
  const [anna, ben] = take(2);
  await news.tell(town.post(anna));
  const like = town.like(ben, newest());
  const dead = await news.apply(like, { dies: true });
  const { doneAtMs } = await news.apply(like);
  const { likeId = '0' } = (like[0]?.payload ?? {}) as { likeId?: string };
  expect([dead.doneAtMs, doneAtMs]).toEqual([[timeOf(BigInt(likeId))], [timeOf(BigInt(likeId))]]);
  expect((await news.apply(like)).doneAtMs).toEqual([]);
  const source = { kind: 'snapshot', aggregate: 'follow', generation: 0n } as const;
  expect((await news.apply(town.follow(ben, anna), { source })).doneAtMs).toEqual([]);
});

test('the end of a poll is told its author and who voted, once, as far as they may see it, and by their settings', async () => {
  const [anna, ben, cleo, dora] = take(4);
  await news.tell(town.post(anna, {}, 'Which egg?'));
  const post = newest();
  await news.tell([ben, cleo, dora].flatMap((voter) => town.endPoll(voter, post)));
  for (const person of [anna, ben, cleo, dora]) {
    expect(await news.told(person)).toEqual([`poll: ${anna} → ${post}`]);
    expect(await news.unread(person)).toBe(1);
  }
  const followed = [{ kind: 'poll', source: 'followed' }] as const;
  for (const person of [anna, ben]) await live.services.notifications.change(person, followed);
  await live.services.words.mute(cleo, { text: 'egg', scope: 'notifications', until: null });
  await live.services.words.mute(anna, { text: 'egg', scope: 'notifications', until: null });
  await news.tell(town.block(dora, anna));
  expect(await Promise.all([anna, ben, cleo, dora].map(news.unread))).toEqual([1, 0, 0, 0]);
  await news.tell(town.follow(ben, anna));
  expect(await news.told(ben)).toEqual([`poll: ${anna} → ${post}`]);
  await news.tell(town.remove(post));
  expect(await Promise.all([anna, ben].map(news.told))).toEqual([[`follow: ${ben} → `], []]);
});

test('a request and its answer in one batch say the same as in two', async () => {
  const [anna, ben] = take(2);
  await news.tell([...town.request(anna, ben), ...town.follow(anna, ben)]);
  expect(await news.told(anna)).toEqual([`accepted: ${ben} → `]);
  expect(await news.told(ben)).toEqual([]);
});

test('what many do is one notification that keeps its id, moves up and counts them', async () => {
  const [anna, ben, cleo, dora] = take(4);
  await news.tell([...town.post(anna), ...town.post(anna)]);
  const [first = 0n, second = 0n] = town
    .posts()
    .slice(-2)
    .map(({ id }) => id);
  await news.tell(town.like(ben, first));
  const [before] = await news.all(anna);
  await news.tell(town.like(ben, second));
  await news.tell([...town.like(cleo, first), ...town.like(dora, first)]);
  const [now, other] = await news.all(anna);
  expect(now).toMatchObject({ id: before?.id, postId: first, actorCount: 3, kind: 'like' });
  expect(now?.actorIds.toSorted()).toEqual([ben, cleo, dora].toSorted());
  expect(other).toMatchObject({ postId: second, actorCount: 1 });
});

test('what is taken back is told no more, and done again it comes back where it was and is no news', async () => {
  const [anna, ben, cleo] = take(3);
  await news.tell(town.post(anna));
  const post = newest();
  await news.tell(town.like(ben, post));
  await news.markSeen(anna);
  await news.tell(town.like(ben, post, false));
  expect(await news.told(anna)).toEqual([]);
  await news.tell(town.follow(cleo, anna));
  await news.tell(town.like(ben, post));
  expect(await news.told(anna)).toEqual([`follow: ${cleo} → `, `like: ${ben} → ${post}`]);
  expect(await news.unread(anna)).toBe(1);
});

test('nothing is told about or from what the viewer may not see at the moment of reading', async () => {
  const [anna, ben, cleo, dora] = take(4);
  await news.tell(town.post(anna));
  const post = newest();
  await news.tell([...town.like(ben, post), ...town.like(cleo, post)]);
  await news.tell(town.post(dora, { visibility: 'followers', mentionedIds: [], replyToAuthorId: anna }));
  const all = [`like: ${cleo} ${ben} → ${post}`];
  const told = async () =>
    (await news.told(anna)).map((line) => line.replace(`${ben} ${cleo}`, `${cleo} ${ben}`));
  expect(await told(), 'a reply for followers is not for her').toEqual(all);
  const hidings: [() => ReturnType<Town['block']>, () => ReturnType<Town['block']>][] = [
    [() => town.block(anna, ben), () => town.block(anna, ben, false)],
    [() => town.block(ben, anna), () => town.block(ben, anna, false)],
    [() => town.mute(anna, ben), () => town.mute(anna, ben, false)],
    [() => town.setAccount(ben, { isPrivate: true }), () => town.setAccount(ben, { isPrivate: false })],
    [() => town.setAccount(ben, { isSuspended: true }), () => town.setAccount(ben, { isSuspended: false })],
  ];
  for (const [hide, show] of hidings) {
    // Known to its owner is enough: neither the projection nor the notifications have heard of it.
    hide();
    expect(await told()).toEqual([`like: ${cleo} → ${post}`]);
    expect((await news.all(anna))[0]?.actorCount).toBe(1);
    show();
    expect(await told()).toEqual(all);
  }
  await news.tell(town.remove(post));
  expect(await told()).toEqual([]);
  expect(await news.unread(anna)).toBe(0);
});

test('a kind may be wanted of nobody, or of people whom one follows, who are found behind others', async () => {
  const [anna, ben] = take(2);
  const others = rest.splice(0, notificationLimits.actorsLookedAt + 2);
  await news.tell(town.post(anna));
  const post = newest();
  await news.tell(town.like(ben, post));
  for (const other of others) await news.tell(town.like(other, post));
  await news.tell(others.slice(0, 1).flatMap((other) => town.follow(other, anna)));
  await live.services.notifications.change(anna, [{ kind: 'follow', source: 'nobody' }]);
  expect((await news.all(anna)).map(({ kind }) => kind)).toEqual(['like']);
  await live.services.notifications.change(anna, [{ kind: 'like', source: 'followed' }]);
  expect(await news.all(anna)).toEqual([]);
  expect(await news.unread(anna)).toBe(0);
  await news.tell(town.follow(anna, ben));
  expect(await news.all(anna)).toMatchObject([{ actorIds: [ben], actorCount: 1 }]);
  expect(await live.services.notifications.settings(anna)).toContainEqual({
    kind: 'follow',
    source: 'nobody',
    push: true,
  });
});

test('the marker never goes back, counts its moves, and cannot be ahead of what there is', async () => {
  const [anna, ben] = take(2);
  await news.tell([...town.post(anna), ...town.post(anna), ...town.post(anna)]);
  for (const { id } of town.posts().slice(-3)) await news.tell(town.like(ben, id));
  expect(await news.unread(anna)).toBe(3);
  const { edges } = await live.services.notifications.page(anna, { first: 3 }, null);
  const { markers } = live.services;
  const move = (index: number) => markers.move(anna, 'notifications', edges[index]?.cursor ?? '');
  expect(await move(1)).toMatchObject({ version: 1 });
  expect(await news.unread(anna)).toBe(1);
  expect(await move(2), 'another device is behind').toMatchObject({ version: 1 });
  expect(await move(0)).toMatchObject({ version: 2 });
  expect(await news.unread(anna)).toBe(0);
  const far = Buffer.from(`notifications.1.${(1n << 62n).toString(36)}`).toString('base64url');
  await markers.move(anna, 'notifications', far);
  await news.tell(town.follow(ben, anna));
  expect(await news.unread(anna)).toBe(1);
  await expect(markers.move(anna, 'home', edges[0]?.cursor ?? '')).rejects.toThrow('not the cursor');
});

test('live: where a marker is, on all devices once, and on those that come back', async () => {
  const [anna, ben] = take(2);
  const devices = [news.listen(anna), news.listen(anna), news.listen(ben)] as const;
  await news.tell(town.follow(ben, anna));
  await Promise.all(
    devices.slice(0, 2).map((device) => expect.poll(device.told).toEqual([`follow: ${ben}`])),
  );
  await news.markSeen(anna);
  await news.markSeen(anna);
  for (const device of devices.slice(0, 2))
    await expect.poll(device.told, { timeout: 15_000 }).toEqual([`follow: ${ben}`, 'MarkerMoved']);
  const [first, second, other] = devices;
  expect(first.events.at(-1)).toMatchObject({ marker: { name: 'notifications', version: 1 } });
  // It has no place of its own: whoever goes on there misses nothing.
  expect(first.events.map((event) => event?.cursor)).toEqual(second.events.map((event) => event?.cursor));
  const after = first.lastCursor();
  await first.hangUp();
  await news.tell(town.post(ben, { mentionedIds: [anna] }));
  await expect.poll(second.told).toContain(`mention: ${ben}`);
  await news.markSeen(anna);
  const again = news.listen(anna, after);
  await expect.poll(() => again.told().toSorted()).toEqual(['MarkerMoved', `mention: ${ben}`]);
  await expect.poll(second.told, { timeout: 15_000 }).toContain('MarkerMoved');
  expect(other.told()).toEqual([]);
  await Promise.all([second, other, again].map((device) => device.hangUp()));
});

test('what was not seen since a moment, by kind, for a mail of it', async () => {
  const [anna, ben, cleo] = take(3);
  await news.tell([...town.post(anna), ...town.post(anna)]);
  const [first = 0n, second = 0n] = town
    .posts()
    .slice(-2)
    .map(({ id }) => id);
  await news.tell(town.like(ben, first));
  await news.markSeen(anna);
  await news.tell([...town.like(cleo, first), ...town.like(ben, second), ...town.follow(ben, anna)]);
  const { notifications } = live.services;
  const lines = await notifications.digest(anna, 0);
  expect(Object.fromEntries(lines.map(({ count, kind }) => [kind, count]))).toEqual({ follow: 1, like: 3 });
  expect(lines.find(({ kind }) => kind === 'like')?.actorIds.toSorted()).toEqual([ben, cleo].toSorted());
  town.block(anna, ben);
  expect(await notifications.digest(anna, 0)).toEqual([{ kind: 'like', count: 1, actorIds: [cleo] }]);
  expect(await notifications.digest(anna, Date.now() + 60_000)).toEqual([]);
});

test('the home marker and what came above it', async () => {
  const [anna, ben, cleo] = take(3);
  await live.tell([...town.follow(anna, ben), ...town.follow(anna, cleo)]);
  await live.tell([...town.post(ben), ...town.post(ben)]);
  await live.fanOut();
  const { timelines, markers } = live.services;
  const above = (place: bigint) => timelines.countAbove(homeOf(anna), place);
  expect(await markers.homePlace(anna)).toBeNull();
  const { edges } = await timelines.page(homeOf(anna), { first: 2 }, null);
  const { place } = await markers.move(anna, 'home', edges[0]?.cursor ?? '');
  expect(await above(place)).toBe(0);
  await live.tell([...town.post(ben), ...town.post(cleo)]);
  expect(await above(place)).toBe(2);
  town.mute(anna, cleo);
  expect(await above(place), 'what is hidden is not counted').toBe(1);
});

test('live: as it comes, what was missed once, and nothing of somebody who was blocked meanwhile', async () => {
  const [anna, ben, cleo, dora] = take(4);
  const { liveCursor } = await live.services.notifications.page(anna, { first: 1 }, null);
  const first = news.listen(anna, liveCursor);
  await news.tell(town.follow(ben, anna));
  await expect.poll(first.told).toEqual([`follow: ${ben}`]);
  await first.hangUp();
  await news.tell(town.post(anna));
  const post = newest();
  await news.tell(town.like(cleo, post));
  await news.tell(town.like(dora, post));
  town.block(anna, cleo);
  const again = news.listen(anna, first.lastCursor());
  await expect.poll(again.told).toEqual([`like: ${dora}`]);
  // Without a message a listener finds it by itself.
  await news.apply(town.request(dora, anna));
  await expect.poll(again.told, { timeout: 15_000 }).toEqual([`like: ${dora}`, `request: ${dora}`]);
  await again.hangUp();
});

test('a cursor that cannot be continued is one reset with its reason', async () => {
  const [anna, ben] = take(2);
  const pageOf = (viewer: bigint) => live.services.notifications.page(viewer, { first: 1 }, null);
  const [{ liveCursor }, others] = [await pageOf(anna), await pageOf(ben)];
  const reasonOf = async (after: string) => {
    const stream = live.services.notificationStreams(anna, after);
    const { value } = await stream.next();
    await stream.return?.();
    return value?.type === 'Reset' ? value.reason : value?.type;
  };
  expect(await reasonOf('nonsense')).toBe('INVALID');
  expect(await reasonOf(others.liveCursor)).toBe('NOT_YOURS');
  const home = live.cursors.encode({ incarnation: '00000000', seq: 1n, viewerId: anna });
  expect(await reasonOf(home), 'a place of another log').toBe('INVALID');
  const posts = Array.from({ length: notificationLimits.replayed + 1 }, () => town.post(anna));
  await live.apply(posts.flat());
  const ids = town
    .posts()
    .slice(-posts.length)
    .map(({ id }) => id);
  await news.apply(ids.flatMap((id) => town.like(ben, id)));
  expect(await reasonOf(liveCursor)).toBe('TOO_OLD');
  await news.markSeen(anna);
  expect(await news.unread(anna)).toBe(0);
});

test('a viral post is one notification, of which a page reads as many rows as of any other', async () => {
  const [anna, ben] = take(2);
  await news.tell([...town.post(anna), ...town.post(anna)]);
  const [viral = 0n, quiet = 0n] = town
    .posts()
    .slice(-2)
    .map(({ id }) => id);
  await news.tell(town.like(ben, quiet));
  const likeOf = (actor: bigint) => ({ ...town.like(actor, viral)[0], version: 1n }) as never;
  const likes = Array.from({ length: 2_000 }, (_, index) => likeOf(BigInt(index) + 1n));
  for (let from = 0; from < likes.length; from += 500) await news.apply(likes.slice(from, from + 500));
  await live.pool.query('ANALYZE notification_act');
  const [group, other, ...none] = await news.all(anna);
  expect(none).toEqual([]);
  expect(other?.postId).toBe(quiet);
  // Of strangers whom nobody knows none is named.
  expect(group).toMatchObject({
    postId: viral,
    actorIds: [],
    actorCount: 2_000 - notificationLimits.actorsLookedAt,
  });
  const { rows } = await live.pool.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT actor_id FROM notification_act
     WHERE notification_id = $1 AND active ORDER BY place DESC, actor_id DESC LIMIT 16`,
    [group?.id],
  );
  const read = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(read).toContain('notification_act_newest_idx');
  expect(read).not.toContain('Sort');
});

test('a backfill tells what was missed and not what is long ago, and sweeps what did not happen', async () => {
  const [anna, ben, cleo] = take(3);
  await live.apply(town.post(anna));
  const post = newest();
  const source = { kind: 'snapshot', aggregate: 'like', generation: 1n } as const;
  await news.tell(town.like(cleo, post));
  const missed = town.like(ben, post);
  await news.apply(missed, { source });
  await news.apply(missed, { source });
  expect((await news.all(anna)).map(({ actorIds, actorCount }) => [actorCount, actorIds[0]])).toEqual([
    [2, ben],
  ]);
  const old = {
    ...missed[0],
    payload: { ...missed[0]?.payload, userId: String(cleo), postId: '77', likeId: '1' },
  };
  await news.apply([old] as never, { source });
  expect(await news.all(anna)).toHaveLength(1);
  for (let after: string | null = null; ; ) {
    const swept = await sweepNews(live.pool, { aggregate: 'like', generation: 1n, after, limit: 7 });
    after = swept.next;
    if (after === null) break;
  }
  expect(await news.all(anna)).toMatchObject([{ actorIds: [ben], actorCount: 1 }]);
});

test('a request that is taken back and made again is no news', async () => {
  const [anna, ben] = take(2);
  const [asked] = town.request(ben, anna);
  if (asked?.type !== 'follow.changed') throw new Error('no request');
  let { version } = asked;
  const become = (state: 'requested' | 'removed') =>
    news.apply([{ ...asked, version: ++version, payload: { ...asked.payload, state } }] as [typeof asked]);
  const { head } = await become('requested');
  for (let count = 0; count < 3; count++) {
    await become('removed');
    expect(await news.told(anna)).toEqual([]);
    await become('requested');
    expect(await news.told(anna)).toEqual([`request: ${ben} → `]);
  }
  expect((await news.apply([])).head).toBe(head);
});

test('an old post of which something changed tells nobody anything, however it comes', async () => {
  const [anna, ben] = take(2);
  const [change] = town.post(ben, { mentionedIds: [anna] });
  if (change?.type !== 'post.changed') throw new Error('no post');
  const days = notificationLimits.backfilledDays + 1;
  const postId = String(idAt(Date.now() - days * 86_400_000));
  const old = [
    { ...change, version: 9n, payload: { ...change.payload, postId, rootId: postId } },
  ] as (typeof change)[];
  for (const kind of ['feed', 'refetch'] as const) {
    await news.apply(old, { source: { kind, generation: 0n } });
    expect(await news.told(anna)).toEqual([]);
  }
});

test('what another life of the database tells is no continuation, and streams are told so', async () => {
  const [anna, ben] = take(2);
  const stream = news.listen(anna);
  await expect.poll(() => live.services.notifications.unreadCount(anna)).toBe(0);
  await news.tell(town.follow(ben, anna));
  await expect.poll(stream.told).toEqual([`follow: ${ben}`]);
  const { rows } = await live.pool.query<{ incarnation: string }>(
    'SELECT incarnation::text FROM notification_head',
  );
  await live.pool.query('UPDATE notification_head SET incarnation = gen_random_uuid()');
  await news.tell(town.like(ben, newest()));
  await expect.poll(stream.told).toEqual([`follow: ${ben}`, 'Reset']);
  await live.pool.query('UPDATE notification_head SET incarnation = $1', [rows[0]?.incarnation]);
  await stream.hangUp();
});

test('what was taken back before it was told is forgotten by its age', async () => {
  const [anna, ben] = take(2);
  town.follow(ben, anna);
  await news.tell(town.unfollow(ben, anna));
  const untold = () =>
    live.pool.query('SELECT FROM notification_act WHERE recipient_id = $1 AND notification_id IS NULL', [
      anna,
    ]);
  expect((await untold()).rows).toHaveLength(1);
  const { groupHours, keptDays } = notificationLimits;
  await retireNotifications(live.pool, Date.now() + keptDays * 86_400_000 + groupHours * 3_600_000 + 60_000);
  expect((await untold()).rows).toEqual([]);
});

test('what has not grown for long is forgotten with who did it', async () => {
  const [anna, ben] = take(2);
  await news.tell(town.follow(ben, anna));
  const { groupHours, keptDays } = notificationLimits;
  const keptMs = keptDays * 86_400_000 + groupHours * 3_600_000;
  expect(await retireNotifications(live.pool, Date.now() + keptMs - 60_000)).toBe(0);
  expect(await news.all(anna)).toHaveLength(1);
  expect(await retireNotifications(live.pool, Date.now() + keptMs + 60_000)).toBeGreaterThan(1);
  expect(await news.all(anna)).toEqual([]);
  const { rows } = await live.pool.query('SELECT FROM notification_act WHERE notification_id IS NOT NULL');
  expect(rows).toEqual([]);
});

const consumers = ['user', 'post', 'user/notifications', 'post/notifications'] as const;

test('of whom everybody has erased nothing is left, and others are told of them no more', async () => {
  const [anna, ben, cleo] = take(3);
  await news.tell([...town.post(anna), ...town.post(ben)]);
  const [post = 0n, own = 0n] = town
    .posts()
    .slice(-2)
    .map(({ id }) => id);
  await news.tell([...town.like(ben, post), ...town.like(cleo, post), ...town.like(cleo, own)]);
  await news.markSeen(ben);
  await live.services.notifications.change(ben, [{ kind: 'like', source: 'followed' }]);
  await registerDevice(ben);
  await live.services.words.mute(ben, { text: 'egg', scope: 'home', until: null });
  const muted = { post: encodeId('Post', own), scope: 'home', until: null } as const;
  await live.services.threads.mute(ben, muted);
  await live.services.words.hideReposts(ben, encodeId('User', cleo), true);
  await live.services.words.hideReposts(anna, encodeId('User', ben), true);
  const note = (consumer: (typeof consumers)[number], version: bigint) =>
    noteErasures(live.pool, consumer, [
      { type: 'erasure.finished', version, payload: { userId: String(ben) } },
    ]);
  const statements: string[] = [];
  const query = (text: string, values: unknown[]) => {
    statements.push(text);
    return live.pool.query(text, values);
  };
  const erase = () => eraseAll({ query } as typeof live.pool, live.cache, new AbortController().signal);
  await live.pool.query(
    'INSERT INTO mute (muter_id, muted_id, active, version) SELECT $1::bigint, n, false, 1 FROM generate_series(1, 700) n',
    [String(ben)],
  );
  for (const consumer of consumers) {
    expect(await erase(), `before ${consumer} has told`).toEqual([]);
    await note(consumer, 5n);
  }
  // Another process is at it, and holds the first of what there is to remove.
  const held = `DELETE FROM mute WHERE ctid = ANY (ARRAY(SELECT ctid FROM mute WHERE muter_id = ${ben} LIMIT 500))`;
  expect(await whileHeld(live.databaseUrl, held, erase)).toEqual([ben]);
  // What was left aside in a week is little.
  const isSmall = (table: string) => ['dead_letter', 'dirty_aggregate'].includes(table);
  const scanned = await tablesScannedBy(live.databaseUrl, statements);
  expect(scanned.filter((table) => !isSmall(table))).toEqual([]);
  const { rows: mutes } = await live.pool.query('SELECT FROM mute WHERE muter_id = $1', [String(ben)]);
  expect(mutes).toEqual([]);
  // Whatever is read anew tells of it again.
  await note('post', 5n);
  expect(await erase()).toEqual([]);
  // Who came back with an older copy of a feed's database is erased again.
  await live.services.words.mute(ben, { text: 'egg', scope: 'home', until: null });
  await note('user', 6n);
  expect(await erase()).toEqual([ben]);
  expect(await news.all(anna)).toMatchObject([{ actorIds: [cleo], actorCount: 1 }]);
  for (const [table, column] of [
    ['notification', 'recipient_id'],
    ['notification_act', 'recipient_id'],
    ['notification_act', 'actor_id'],
    ['notification_setting', 'viewer_id'],
    ['push_endpoint', 'viewer_id'],
    ['push_setting', 'viewer_id'],
    ['marker', 'viewer_id'],
    ['muted_word', 'viewer_id'],
    ['muted_thread', 'viewer_id'],
    ['hidden_repost', 'viewer_id'],
    ['hidden_repost', 'person_id'],
  ]) {
    const { rows } = await live.pool.query(`SELECT FROM ${table} WHERE ${column} = $1`, [ben]);
    expect(rows, `${table} by ${column}`).toEqual([]);
  }
});

test('the graph: a page is keys; what is wrong with a mutation is said and changes nothing', async () => {
  const [anna, ben] = take(2);
  await news.tell(town.follow(ben, anna));
  const subgraph = createTimelineSubgraph(live.services, live.logger);
  const identity = {
    kind: 'viewer',
    subject: encodeId('User', anna),
    session: encodeId('Session', 1n),
  } as const;
  const execute = (query: string) =>
    subgraph.execute({ query }, createRequestContext({ identity, requestId: 'r', logger: live.logger }));
  const { data, errors } = await execute(`{ viewer { unreadNotificationCount newPostCount markers { name }
    notificationSettings { kind source }
    notifications(first: 5, kinds: [FOLLOW]) { edges { cursor node { id kind isUnread actorCount actors { id } post { id } } } } } }`);
  expect(errors).toBeUndefined();
  const node = { kind: 'FOLLOW', isUnread: true, actorCount: 1, post: null };
  expect(data?.['viewer']).toMatchObject({
    unreadNotificationCount: 1,
    newPostCount: null,
    markers: [],
    notifications: { edges: [{ node: { ...node, actors: [{ id: encodeId('User', ben) }] } }] },
  });
  const wrong = await execute(`mutation { moveMarker(input: { name: NOTIFICATIONS, through: "x" }) {
    marker { version } errors { __typename code path } } }`);
  expect(wrong.data?.['moveMarker']).toEqual({
    marker: null,
    errors: [{ __typename: 'ValidationError', code: 'INVALID_VALUE', path: ['through'] }],
  });
  const twice = await execute(`mutation { updateNotificationSettings(input: { settings: [
    { kind: LIKE, source: NOBODY }, { kind: LIKE, source: EVERYONE }] }) { settings { kind } errors { code } } }`);
  expect(twice.data?.['updateNotificationSettings']).toEqual({
    settings: null,
    errors: [{ code: 'INVALID_VALUE' }],
  });
  const set = await execute(`mutation { updateNotificationSettings(input: { settings: [
    { kind: LIKE, source: FOLLOWED }] }) { settings { kind source } errors { code } } }`);
  expect(set.data?.['updateNotificationSettings']).toMatchObject({ errors: [] });
  expect(JSON.stringify(set.data)).toContain('{"kind":"LIKE","source":"FOLLOWED"}');
  const { data: device } = await execute(`mutation { updatePushSettings(input: { quietHours: {
    from: "22:30", to: "07:00", timeZone: "Europe/Berlin" } }) { push { serverKey isRegistered content quietHours { from to timeZone } } errors { code } }
    registerWebPush(input: { endpoint: "http://x", p256dh: "", auth: "", serverKey: "" }) { push { content } errors { path } }
    unregisterPush { push { isRegistered } errors { code } } }`);
  expect(device).toEqual({
    updatePushSettings: {
      push: {
        serverKey: live.push.keys[0].publicKey,
        isRegistered: false,
        content: 'KIND',
        quietHours: { from: '22:30', to: '07:00', timeZone: 'Europe/Berlin' },
      },
      errors: [],
    },
    registerWebPush: { push: null, errors: [{ path: ['p256dh'] }] },
    unregisterPush: { push: { isRegistered: false }, errors: [] },
  });
});
