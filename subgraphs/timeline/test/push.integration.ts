import { createPublicKey, randomBytes } from 'node:crypto';
import { createEnvironmentKeys, createSealer } from '@murmuration/service-kit';
import { encodeId } from '@murmuration/ids';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLookAgain } from '../src/notification-live/replay.ts';
import { createNotificationPages } from '../src/notifications/page.ts';
import { notificationConsumerOf } from '../src/notification-ingest/consumers.ts';
import { findEndpoint, forgetEndpoints, openTarget, rewrapEndpoints } from '../src/push/endpoints.ts';
import { type PushLimits, pushLimits } from '../src/push/limits.ts';
import { createSendPush } from '../src/push/send-push.ts';
import { createWebPush } from '../src/push/web-push.ts';
import { answerFor } from './support/home.ts';
import { openLive, type TestLive } from './support/live.ts';
import { openNews, type TestNews } from './support/news.ts';
import { openPushService } from './support/push.ts';
import { createTown, type Town } from './support/town.ts';

let town: Town;
let live: TestLive;
let news: TestNews;
let service: Awaited<ReturnType<typeof openPushService>>;
let rest: bigint[];
let session = 1_000n;

beforeAll(async () => {
  town = createTown(40);
  rest = [...town.people];
  live = await openLive(town);
  news = openNews(live);
  service = await openPushService();
  await live.apply(town.people.flatMap((person) => town.setAccount(person, {})));
});
afterAll(async () => {
  await service.close();
  await live.close();
});

const take = (count: number) => rest.splice(0, count) as [bigint, bigint, bigint, bigint];
const newest = () => town.posts().at(-1)?.id ?? 0n;
const signal = new AbortController().signal;

/** A browser of somebody, registered. */
async function register(viewerId: bigint, sessionId = ++session) {
  const browser = service.subscribe(live.push.keys[0].publicKey);
  const device = { viewerId, sessionId };
  await live.services.push.registerWeb(device, browser.subscription);
  return { ...browser, device };
}

interface Job {
  payload: Record<string, unknown>;
  inMs: number;
}

/** Takes what waits to be done, whenever it is due. */
async function takeJobs(): Promise<Job[]> {
  const { rows } = await live.pool.query<Job>(
    `DELETE FROM graphile_worker._private_jobs
     RETURNING payload, (extract(epoch FROM run_at - clock_timestamp()) * 1000)::float AS "inMs"`,
  );
  return rows;
}

const names = async <Answer>({ body }: { body?: unknown }): Promise<Answer> => {
  const { query } = body as { query: string };
  const entity = query.includes('on User')
    ? { handle: 'ben', displayName: 'Ben' }
    : { text: 'é'.repeat(400) };
  return { data: { _entities: [entity] } } as Answer;
};

function worker(limits: Partial<PushLimits> = {}) {
  const { logger, pool, relationships } = live;
  const all = { ...pushLimits, ...limits };
  const subject = 'mailto:somebody@example.org';
  const send = createSendPush({
    sql: pool,
    sealer: live.push.sealer,
    providers: { web: createWebPush({ ...live.push, subject, limits: all }) },
    owners: { user: { call: names }, post: { call: names } },
    look: createLookAgain({ reads: pool, pages: createNotificationPages({ reads: pool, relationships }) }),
    logger,
    limits: all,
  });
  return async (jobs: readonly Job[]) => {
    for (const { payload } of jobs) await send(payload, { jobId: '1', signal });
  };
}

test('a job is there if and only if its notification is, once a device, and brings it, signed and encrypted', async () => {
  const [anna, ben, cleo] = take(3);
  const [phone, laptop] = [await register(anna), await register(anna)];
  const follow = town.follow(ben, anna);
  await news.apply(follow, { dies: true });
  expect(await takeJobs()).toEqual([]);
  await news.apply(follow);
  await news.apply(follow);
  await news.tell(town.follow(anna, cleo));
  const jobs = await takeJobs();
  expect(jobs.map(({ payload }) => payload['sessionId']).toSorted()).toEqual(
    [phone, laptop].map(({ device }) => String(device.sessionId)).toSorted(),
  );
  await worker()(jobs);
  const [id] = (await news.all(anna)).map((one) => encodeId('Notification', one.id));
  for (const { received } of [phone, laptop])
    expect(received.map(({ message }) => message)).toEqual([{ id, kind: 'FOLLOW' }]);
  const [brought] = phone.received;
  expect(brought?.headers).toMatchObject({ topic: id, ttl: '86400', 'content-encoding': 'aes128gcm' });
  const [, token = '', key = ''] = /^vapid t=(.+), k=(.+)$/.exec(brought?.headers.authorization ?? '') ?? [];
  const half = (at: number) =>
    Buffer.from(key, 'base64url')
      .subarray(at, at + 32)
      .toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: half(1), y: half(33) };
  const verified = await jwtVerify(token, createPublicKey({ key: jwk, format: 'jwk' }));
  expect(verified.payload).toMatchObject({ aud: service.url, sub: 'mailto:somebody@example.org' });
});

test('it tells more where its owner lets it, and what grows is brought again later, with all who joined', async () => {
  const [anna, ben, cleo] = take(3);
  const { device, received } = await register(anna);
  await live.services.push.update(device, { content: 'full' });
  await news.tell(town.post(anna));
  await news.tell(town.like(ben, newest()));
  const first = await takeJobs();
  expect(first.map(({ inMs }) => inMs <= pushLimits.gatherMs)).toEqual([true]);
  await worker()(first);
  expect(received[0]?.message).toMatchObject({
    kind: 'LIKE',
    actorCount: 1,
    actors: [{ handle: 'ben', displayName: 'Ben' }],
    text: `${'é'.repeat(pushLimits.textCharacters - 1)}…`,
  });
  await news.tell(town.like(cleo, newest()));
  await news.tell(town.like(rest[0] ?? 0n, newest()));
  const again = await takeJobs();
  expect(again.map(({ inMs }) => inMs > pushLimits.againMs / 2)).toEqual([true]);
  await worker()(again);
  expect(received.map(({ message }) => message['actorCount'])).toEqual([1, 3]);
});

test('whether it is told is decided when it is sent', async () => {
  const [anna, ben, cleo] = take(3);
  const { device, received } = await register(anna);
  const { push, notifications, threads } = live.services;
  const send = worker();
  const job = async () => {
    await news.tell(town.post(ben, { mentionedIds: [anna] }));
    return takeJobs();
  };
  const seen = await job();
  await news.markSeen(anna);
  const blocked = await job();
  const unwanted = await job();
  const muted = await job();
  await send(seen);
  town.block(ben, anna);
  await send(blocked);
  town.block(ben, anna, false);
  await notifications.change(anna, [{ kind: 'mention', source: 'everyone', push: false }]);
  await send(unwanted);
  await notifications.change(anna, [{ kind: 'mention', source: 'everyone', push: true }]);
  await threads.mute(anna, { post: encodeId('Post', newest()), scope: 'notifications', until: null });
  await send(muted);
  await threads.unmute(anna, encodeId('Post', newest()));
  expect([received, await takeJobs()]).toEqual([[], []]);
  await send(blocked);
  expect(received).toHaveLength(1);
  // Never at night, whichever hour it is: then it waits.
  const minute = (aheadMs: number) => new Date(Date.now() + aheadMs).toISOString().slice(11, 16);
  const quietHours = { from: minute(-60_000), to: minute(3_600_000), timeZone: 'UTC' };
  await push.update(device, { quietHours });
  await send(muted);
  const [held, ...more] = await takeJobs();
  expect([received.length, more]).toEqual([1, []]);
  expect(held?.inMs).toBeGreaterThan(3_400_000);
  expect(held?.payload).toMatchObject({ notificationId: muted[0]?.payload['notificationId'], tries: 0 });
  await push.update(device, { quietHours: null });
  await worker({ perHour: 2 })([...muted, ...seen, ...muted]);
  expect(received, 'and at most so many an hour').toHaveLength(2);
  expect(await news.told(cleo)).toEqual([]);
});

test('gone is forgotten; later is asked again, as late as it says, and at last given up; what hangs is left', async () => {
  const [anna, ben] = take(2);
  const { answer, device } = await register(anna);
  await news.tell(town.follow(ben, anna));
  const jobs = await takeJobs();
  const send = worker({ timeoutMs: 300 });
  answer((response) => void response.writeHead(429, { 'retry-after': '1800' }).end());
  await send(jobs);
  const [later] = await takeJobs();
  expect([later?.payload['tries'], (later?.inMs ?? 0) > 1_700_000]).toEqual([1, true]);
  answer((response) => void response.writeHead(503).end());
  const tries: unknown[] = [];
  for (let next = later ? [later] : []; next.length > 0; next = await takeJobs()) {
    tries.push(next[0]?.payload['tries']);
    await send(next);
  }
  expect(tries).toEqual(Array.from({ length: pushLimits.tries - 1 }, (_, index) => index + 1));
  answer(() => undefined);
  await send(jobs);
  expect(await takeJobs(), 'it never answered').toMatchObject([{ payload: { tries: 1 } }]);
  answer((response) => void response.writeHead(302, { location: `${service.url}/elsewhere` }).end());
  await send(jobs);
  expect(await live.services.push.isRegistered(device.sessionId), 'nobody is followed elsewhere').toBe(true);
  answer((response) => void response.writeHead(410).end());
  await send(jobs);
  expect(await live.services.push.isRegistered(device.sessionId)).toBe(false);
  await send(jobs);
  expect(await takeJobs()).toEqual([]);
});

test('a device is told as long as its session lasts, and is that of whoever signs in there', async () => {
  const [anna, ben] = take(2);
  const first = await register(anna);
  const { push } = live.services;
  const consumer = notificationConsumerOf('user', {
    pool: live.pool,
    databaseUrl: live.databaseUrl,
    producers: { user: { call: answerFor(town) }, post: { call: answerFor(town) } },
    logger: live.logger,
    onCommitted: () => undefined,
  });
  expect(consumer.types).toContain('session.ended');
  expect(consumer.aggregates, 'which nobody can read anew').not.toContain('session');
  async function end(sessionId: bigint) {
    const payload = { sessionId: String(sessionId), userId: String(anna) };
    const ended = { type: 'session.ended', payload, version: 1n } as never;
    const client = await live.pool.connect();
    await consumer.apply(client, [ended], { kind: 'feed', generation: 0n });
    client.release();
  }
  await end(first.device.sessionId);
  expect(await push.isRegistered(first.device.sessionId)).toBe(false);
  // It was on its way when the session ended.
  await push.registerWeb(first.device, first.subscription);
  expect(await push.isRegistered(first.device.sessionId)).toBe(false);

  const mine = await register(anna);
  const theirs = { viewerId: ben, sessionId: ++session };
  await push.registerWeb(theirs, mine.subscription);
  expect(await push.isRegistered(mine.device.sessionId)).toBe(false);
  expect(await findEndpoint(live.pool, theirs.sessionId)).toMatchObject({ viewerId: ben });

  for (let count = 0; count <= pushLimits.endpointsPerPerson; count++) await register(anna);
  const { rows } = await live.pool.query<{ session_id: bigint }>(
    'SELECT session_id FROM push_endpoint WHERE viewer_id = $1 ORDER BY session_id',
    [anna],
  );
  expect(rows.map(({ session_id }) => session_id)).toEqual(
    Array.from({ length: pushLimits.endpointsPerPerson }, (_, index) => session - 9n + BigInt(index)),
  );
  const isOld = `UPDATE push_endpoint SET seen_at = now() - interval '31 days 1 hour' WHERE viewer_id = $1`;
  await live.pool.query(isOld, [anna]);
  expect(await push.isRegistered(session)).toBe(false);
  await forgetEndpoints(live.pool, signal);
  const left = await live.pool.query('SELECT FROM push_endpoint WHERE viewer_id = $1', [anna]);
  expect(left.rows).toEqual([]);
});

test('what names a device is sealed, and wrapped anew by the present key', async () => {
  const [anna] = take(1);
  const { device, subscription } = await register(anna);
  const { rows } = await live.pool.query('SELECT * FROM push_endpoint WHERE session_id = $1', [
    device.sessionId,
  ]);
  const kept = Buffer.concat(Object.values(rows[0] as object).filter(Buffer.isBuffer)).toString('latin1');
  for (const secret of [subscription.endpoint, subscription.auth, subscription.p256dh])
    expect(kept).not.toContain(secret);
  const secrets = [{ id: 'd2', secret: randomBytes(32) }] as const;
  const sealer = createSealer(createEnvironmentKeys([...secrets, ...live.push.secrets]));
  expect(await rewrapEndpoints(live.pool, sealer, signal)).toBeGreaterThan(0);
  expect(await rewrapEndpoints(live.pool, sealer, signal)).toBe(0);
  const found = await findEndpoint(live.pool, device.sessionId);
  const now = createSealer(createEnvironmentKeys([...secrets]));
  if (!found) throw new Error('it is gone');
  expect(await openTarget(now, device.sessionId, found.sealed)).toContain(subscription.endpoint);
  await expect(openTarget(now, 1n, found.sealed), 'of another session').rejects.toThrow();
  await live.pool.query('DELETE FROM push_endpoint');
});

test('what no browser gives is refused by name and changes nothing', async () => {
  const [anna] = take(1);
  const { push } = live.services;
  const good = service.subscribe(push.serverKey).subscription;
  const device = { viewerId: anna, sessionId: ++session };
  for (const [wrong, message] of [
    [{ endpoint: 'ftp://127.0.0.1/x' }, 'no address of a push service'],
    [{ endpoint: `${service.url}/${'x'.repeat(pushLimits.addressCharacters)}` }, 'no address'],
    [{ p256dh: 'AAAA' }, 'no public key'],
    [{ auth: 'AAAA' }, '16 bytes'],
    [{ serverKey: 'another' }, 'the key that is in use'],
  ] as const)
    await expect(push.registerWeb(device, { ...good, ...wrong })).rejects.toThrow(message);
  for (const [hours, message] of [
    [{ from: '24:00', to: '07:00', timeZone: 'UTC' }, 'time of day'],
    [{ from: '07:00', to: '07:00', timeZone: 'UTC' }, 'another time'],
    [{ from: '22:00', to: '07:00', timeZone: 'Middle/Earth' }, 'time zone'],
  ] as const)
    await expect(push.update(device, { quietHours: hours })).rejects.toThrow(message);
  expect(await push.state(device)).toMatchObject({ content: 'kind', quietHours: null });
  expect(await push.isRegistered(device.sessionId)).toBe(false);
  const quietHours = { from: '22:30', to: '07:00', timeZone: 'Europe/Berlin' };
  await push.update(device, { content: 'full', quietHours });
  await push.update(device, { content: 'kind' });
  const hours = { fromMinute: 1_350, toMinute: 420, timeZone: 'Europe/Berlin' };
  expect(await push.state(device)).toMatchObject({ content: 'kind', quietHours: hours });
});
