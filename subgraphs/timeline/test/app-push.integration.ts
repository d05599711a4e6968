import { encodeId } from '@murmuration/ids';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLookAgain } from '../src/notification-live/replay.ts';
import { createNotificationPages } from '../src/notifications/page.ts';
import { createApns, parseApnsKey } from '../src/push/apns.ts';
import { createFcm, parseFcmAccount } from '../src/push/fcm.ts';
import { pushLimits } from '../src/push/limits.ts';
import type { PushOutcome, PushPort } from '../src/push/port.ts';
import { createSendPush } from '../src/push/send-push.ts';
import { openApns, openFcm, type Said } from './support/app-push.ts';
import { openLive, type TestLive } from './support/live.ts';
import { openNews, type TestNews } from './support/news.ts';
import { createTown, type Town } from './support/town.ts';

let town: Town;
let live: TestLive;
let news: TestNews;
let apple: Awaited<ReturnType<typeof openApns>>;
let google: Awaited<ReturnType<typeof openFcm>>;
let apns: PushPort;
let fcm: PushPort;
let rest: bigint[];
let session = 1_000n;

const limits = { ...pushLimits, timeoutMs: 2_000 };
beforeAll(async () => {
  town = createTown(20);
  rest = [...town.people];
  [live, apple, google] = await Promise.all([openLive(town), openApns(), openFcm()]);
  news = openNews(live);
  apns = createApns({ url: apple.url, topic: 'org.example.app', key: parseApnsKey(apple.key), limits });
  const account = parseFcmAccount(google.account);
  fcm = createFcm({ url: google.url, tokenUrl: google.tokenUrl, project: 'flock', account, limits });
  await live.apply(town.people.flatMap((person) => town.setAccount(person, {})));
});
afterAll(async () => {
  await Promise.all([apns.close(), fcm.close()]);
  await Promise.all([apple.close(), google.close(), live.close()]);
});
beforeEach(() => {
  apple.answer(null);
  google.answer(null);
  apple.received.length = 0;
  google.received.length = 0;
});

const signal = new AbortController().signal;
const device = 'ab'.repeat(32);
const message = {
  topic: 'ntf_00000000001',
  text: JSON.stringify({
    id: 'ntf_00000000001',
    kind: 'LIKE',
    actors: [{ handle: 'ben', displayName: null }],
  }),
  lifeMs: 60_000,
};

async function takeJobs(): Promise<Record<string, unknown>[]> {
  const { rows } = await live.pool.query<{ payload: Record<string, unknown> }>(
    'DELETE FROM graphile_worker._private_jobs RETURNING payload',
  );
  return rows.map(({ payload }) => payload);
}

test('a notification is brought to the apps of a person, by whom their system has it, and sealed until then', async () => {
  const [anna = 0n, ben = 0n] = rest.splice(0, 2);
  const { push } = live.services;
  const [phone, tablet] = [1, 2].map(() => ({ viewerId: anna, sessionId: ++session }));
  await push.registerDevice(phone as never, { kind: 'apns', token: device });
  await push.registerDevice(tablet as never, { kind: 'fcm', token: 'a-registration:token' });
  const { rows } = await live.pool.query('SELECT * FROM push_endpoint WHERE viewer_id = $1', [anna]);
  const kept = JSON.stringify(rows.map((row: object) => Object.values(row).map(String)));
  for (const secret of [device, 'a-registration:token']) expect(kept).not.toContain(secret);
  await news.tell(town.follow(ben, anna));
  const { logger, pool, relationships } = live;
  const never = { call: () => Promise.reject(new Error('nobody has to be asked')) };
  const send = createSendPush({
    sql: pool,
    sealer: live.push.sealer,
    providers: { apns, fcm },
    owners: { user: never, post: never },
    look: createLookAgain({ reads: pool, pages: createNotificationPages({ reads: pool, relationships }) }),
    logger,
    limits,
  });
  for (const job of await takeJobs()) await send(job, { jobId: '1', signal });
  const id = encodeId('Notification', (await news.all(anna))[0]?.id ?? 0n);
  expect(apple.received).toMatchObject([
    {
      path: `/3/device/${device}`,
      headers: { 'apns-topic': 'org.example.app', 'apns-push-type': 'alert', 'apns-collapse-id': id },
      body: { aps: { alert: { 'loc-key': 'notification_follow' } }, murmuration: { id, kind: 'FOLLOW' } },
    },
  ]);
  expect(google.received).toEqual([
    {
      path: '/v1/projects/flock/messages:send',
      body: {
        message: {
          token: 'a-registration:token',
          data: { notification: JSON.stringify({ id, kind: 'FOLLOW' }) },
          android: { collapse_key: id, ttl: '86400s', priority: 'HIGH' },
        },
      },
    },
  ]);
  // The same device in other hands; and one that is not there any more.
  const theirs = { viewerId: ben, sessionId: ++session };
  await push.registerDevice(theirs, { kind: 'apns', token: device });
  expect(await push.isRegistered(phone?.sessionId ?? 0n)).toBe(false);
  google.answer(() => ({
    status: 404,
    body: { error: { status: 'NOT_FOUND', details: [{ errorCode: 'UNREGISTERED' }] } },
  }));
  await news.tell(town.post(ben, { mentionedIds: [anna] }));
  for (const job of await takeJobs()) await send(job, { jobId: '1', signal });
  expect(await push.isRegistered(tablet?.sessionId ?? 0n)).toBe(false);
});

test('what is no device, or none of this place, is refused by name', async () => {
  const { push } = live.services;
  const asker = { viewerId: rest[0] ?? 0n, sessionId: ++session };
  expect(push.kinds).toEqual(['web', 'apns', 'fcm']);
  for (const [given, wrong] of [
    [{ kind: 'web', token: device }, 'not registered so'],
    [{ kind: 'apns', token: '../../x' }, 'no name'],
    [{ kind: 'fcm', token: 'x'.repeat(pushLimits.addressCharacters + 1) }, 'no name'],
    [{ kind: 'fcm', token: '' }, 'no name'],
  ] as const)
    await expect(push.registerDevice(asker, given)).rejects.toThrow(wrong);
  expect(await push.isRegistered(asker.sessionId)).toBe(false);
  expect(() => parseApnsKey('TEAM000001:KEY0000001:AAAA')).toThrow('must be team:key:base64');
  expect(() => parseFcmAccount('{}')).toThrow('key file');
});

const gone: PushOutcome = { status: 'gone' };
const refused = (because: string): PushOutcome => ({ status: 'refused', because });
const later = (because: string, afterMs: number | null = null): PushOutcome => ({
  status: 'later',
  because,
  afterMs,
});

test.each<[Said, PushOutcome]>([
  [{ status: 410, body: { reason: 'Unregistered' } }, gone],
  [{ status: 400, body: { reason: 'BadDeviceToken' } }, gone],
  [{ status: 400, body: { reason: 'BadTopic' } }, refused('answered 400 BadTopic')],
  [{ status: 404, body: { reason: 'BadPath' } }, refused('answered 404 BadPath')],
  [{ status: 403, body: { reason: 'ExpiredProviderToken' } }, later('answered 403 ExpiredProviderToken')],
  [{ status: 429, headers: { 'retry-after': '60' } }, later('answered 429', 60_000)],
  [{ status: 503, body: 'x'.repeat(2 * pushLimits.answerBytes) }, later('answered 503')],
])('Apple says %j', async (said, outcome) => {
  apple.answer(() => said);
  expect(await apns.send(device, message, signal)).toEqual(outcome);
  apple.answer(null);
  expect(await apns.send(device, message, signal)).toEqual({ status: 'sent' });
});

test.each<[Said, PushOutcome]>([
  [{ status: 404, body: { error: { details: [{ '@type': 'x' }, { errorCode: 'UNREGISTERED' }] } } }, gone],
  [{ status: 404, body: { error: { status: 'NOT_FOUND' } } }, refused('answered 404 NOT_FOUND')],
  [
    { status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } },
    refused('answered 400 INVALID_ARGUMENT'),
  ],
  [{ status: 401 }, later('answered 401')],
  [{ status: 429, headers: { 'retry-after': '60' } }, later('answered 429', 60_000)],
  [{ status: 503, body: { error: { status: 'UNAVAILABLE' } } }, later('answered 503 UNAVAILABLE')],
])('Google says %j', async (said, outcome) => {
  google.answer(() => said);
  expect(await fcm.send('token', message, signal)).toEqual(outcome);
  google.answer(null);
  expect(await fcm.send('token', message, signal)).toEqual({ status: 'sent' });
});

test('one connection and one token serve all, and another one is made when it broke', async () => {
  await apns.send(device, message, signal);
  const [first] = apple.sessions;
  await Promise.all(Array.from({ length: 20 }, () => apns.send(device, message, signal)));
  expect([...apple.sessions]).toEqual([first]);
  expect(new Set(apple.received.map(({ token }) => token)).size).toBe(1);
  first?.destroy();
  await expect.poll(() => apns.send(device, message, signal)).toEqual({ status: 'sent' });
  google.asked.length = 0;
  const other = createFcm({
    url: google.url,
    tokenUrl: google.tokenUrl,
    project: 'flock',
    account: parseFcmAccount(google.account),
    limits,
  });
  await Promise.all(Array.from({ length: 5 }, () => other.send('token', message, signal)));
  expect(google.asked).toMatchObject([
    { iss: 'murmuration@example.iam.gserviceaccount.com', aud: google.tokenUrl },
  ]);
  await other.close();
});

test('nobody is there, or hangs: it is later', async () => {
  const silent = createServer();
  silent.on('connection', () => undefined);
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const short = { ...limits, timeoutMs: 100 };
  const [hangs, away] = [url, 'http://127.0.0.1:1'].map((where) =>
    createApns({ url: where, topic: 'org.example.app', key: parseApnsKey(apple.key), limits: short }),
  );
  for (const port of [hangs, away]) {
    expect(await port?.send(device, message, signal)).toMatchObject({ status: 'later' });
    await port?.close();
  }
  silent.closeAllConnections();
  silent.close();
});

test('messages leave by a proxy where there is one', async () => {
  const asked: string[] = [];
  const proxy = createServer().on('connect', (request, socket, head) => {
    asked.push(request.url ?? '');
    socket.on('error', () => undefined);
    const on = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      on.write(head);
      on.pipe(socket).pipe(on);
    });
    on.on('error', () => socket.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const by = createApns({
    url: apple.url,
    topic: 'org.example.app',
    key: parseApnsKey(apple.key),
    proxyUrl,
    limits,
  });
  expect(await by.send(device, message, signal)).toEqual({ status: 'sent' });
  expect(asked).toEqual([new URL(apple.url).host]);
  await by.close();
  proxy.closeAllConnections();
  proxy.close();
});
