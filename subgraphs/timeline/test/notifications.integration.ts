import { encodeId, timeOf } from '@murmuration/ids';
import { createRequestContext } from '@murmuration/service-kit/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notificationLimits } from '../src/notifications/limits.ts';
import { createTimelineSubgraph } from '../src/server.ts';
import { type NewsTown, openNewsTown } from './support/news-town.ts';
import type { Town } from './support/town.ts';
import { homeOf } from '../src/belonging/source.ts';

let town: NewsTown['town'];
let live: NewsTown['live'];
let news: NewsTown['news'];
let newest: NewsTown['newest'];
let take: NewsTown['take'];

beforeAll(async () => {
  ({ live, news, newest, take, town } = await openNewsTown(120));
});
afterAll(() => live.close());

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
  const others = take(notificationLimits.actorsLookedAt + 2);
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
  const { edges } = await timelines.page(homeOf(anna), { first: 2 }, { position: null, extensions: {} });
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
