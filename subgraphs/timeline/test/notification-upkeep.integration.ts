import { createECDH, randomBytes } from 'node:crypto';
import { encodeId, idAt } from '@murmuration/ids';
import { tablesScannedBy, whileHeld } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseAll } from '../src/erasure/erase.ts';
import { noteErasures } from '../src/erasure/told.ts';
import { retireNotifications } from '../src/notification-ingest/retire.ts';
import { sweepNews } from '../src/notification-ingest/apply.ts';
import { notificationLimits } from '../src/notifications/limits.ts';
import { type NewsTown, openNewsTown } from './support/news-town.ts';

let town: NewsTown['town'];
let live: NewsTown['live'];
let news: NewsTown['news'];
let newest: NewsTown['newest'];
let take: NewsTown['take'];

beforeAll(async () => {
  ({ live, news, newest, take, town } = await openNewsTown(120));
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
