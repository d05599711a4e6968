import { randomBytes } from 'node:crypto';
import { createPositionTeller } from '@murmuration/events';
import { idAt } from '@murmuration/ids';
import { createLogger } from '@murmuration/service-kit';
import { createTestDatabase, type TestDatabase } from '@murmuration/testing';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
// By path: only the feed itself makes the cursors of its consumers.
import { encodePosition } from '../../../packages/events/src/feed/cursor.ts';
import { incarnationOf } from '../../../packages/events/src/feed/identity.ts';
import { createTimelinePool } from '../src/database/pool.ts';
import { createCursorWatch, type CursorWatch } from '../src/home/cursor-watch.ts';
import { positionWaits } from '../src/home/metrics.ts';
import { createPositionWait } from '../src/home/read-your-writes.ts';
import { type TimelineLimits, timelineLimits } from '../src/limits.ts';

const keys = [{ id: 'k', secret: randomBytes(32) }] as const;
const logger = createLogger('test', 'silent');
const incarnation = incarnationOf('here');
/** Anew for each test: what is long ago is not waited for. */
let now = idAt(Date.now());
const never = 60_000;
let database: TestDatabase;
let pool: pg.Pool;
let looks: number;

beforeAll(async () => {
  database = await createTestDatabase('timeline');
  const { url } = database;
  const onStatement = () => void looks++;
  pool = createTimelinePool({
    url,
    poolSize: 2,
    applicationName: 'test',
    onError: () => undefined,
    onStatement,
  });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  now = idAt(Date.now());
  await consumeTo(10n);
  looks = 0;
});

/** What a mutation that wrote as transaction `xid` would answer. */
function positionAt(xid: number, { identity = 'here', feed = 'post', id = now } = {}): string {
  const context = { extensions: {} as Record<string, unknown>, position: null };
  createPositionTeller(feed, [keys[0]])(context, `${identity} ${xid} ${id}`);
  return String(context.extensions['position']);
}

const consumeTo = (xid: bigint) =>
  pool.query(
    `INSERT INTO consumer (feed, cursor) VALUES ('post', $1) ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor`,
    [encodePosition({ incarnation, xid, id: now })],
  );

/** Waits as for a reader with this position, and resolves to what they are told beside data. */
function reachedBy(watch: CursorWatch) {
  const wait = createPositionWait({ keys, watch });
  return async (position: string | null) => {
    const extensions: Record<string, unknown> = {};
    await wait({ position, extensions });
    return extensions;
  };
}

/** A process that waits, and that nothing wakes unless told. */
function openWait(limits: Partial<TimelineLimits> = {}) {
  const watch = createCursorWatch({
    sql: pool,
    logger,
    limits: { ...timelineLimits, positionWaitMs: never, positionPollMs: never, ...limits },
  });
  return { watch, reached: reachedBy(watch) };
}

const countOf = async (outcome: string) =>
  (await positionWaits.get()).values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;

async function isWaiting(wait: Promise<unknown>): Promise<boolean> {
  const turn = pool.query('SELECT pg_sleep(0.05)').then(() => true);
  return Promise.race([turn, wait.then(() => false)]);
}

test('a read waits until the write it follows has been projected', async () => {
  const { reached, watch } = openWait();
  await reached(positionAt(10));
  const wait = reached(positionAt(11));
  expect(await isWaiting(wait)).toBe(true);
  await consumeTo(11n);
  watch.wake();
  expect(await wait).toEqual({});
});

test('without a message it looks by itself', async () => {
  const { reached } = openWait({ positionPollMs: 5 });
  const wait = reached(positionAt(11));
  expect(await isWaiting(wait)).toBe(true);
  await consumeTo(11n);
  await wait;
});

test('any number of readers share one look, and what was seen is never asked again', async () => {
  const { reached, watch } = openWait();
  const waits = Promise.all(Array.from({ length: 50 }, () => reached(positionAt(11))));
  // The first asked for itself, then once for all who came meanwhile.
  await vi.waitUntil(() => looks === 2, { timeout: 15_000 });
  expect(await isWaiting(waits)).toBe(true);
  expect(looks).toBe(3); // with the pause of this test
  await consumeTo(11n);
  watch.wake();
  await waits;
  expect(looks).toBe(5);
  const known = await countOf('known');
  await reached(positionAt(11));
  await reached(positionAt(9));
  expect(looks).toBe(5);
  expect(await countOf('known')).toBe(known + 2);
});

test('readers of different writes go on as each is projected', async () => {
  const { reached, watch } = openWait();
  const [first, second] = [reached(positionAt(11)), reached(`${positionAt(12)},${positionAt(11)}`)];
  await consumeTo(11n);
  watch.wake();
  await first;
  expect(await isWaiting(second)).toBe(true);
  await consumeTo(12n);
  watch.wake();
  await second;
});

test.each([
  ['no position', null, 0],
  ['nonsense', 'nonsense', 1],
  [
    'a forged one',
    Buffer.from('p1.post.0123456789abcdef.99.99.aaaaaaaaaaaaaaaaaaaaaa').toString('base64url'),
    1,
  ],
  ['that of a feed nobody consumes', positionAt(99, { feed: 'elsewhere' }), 1],
])('%s is not waited for and asks nothing', async (_name, position, refusals) => {
  const refused = await countOf('refused');
  expect(await openWait().reached(position)).toEqual({});
  expect(looks).toBe(0);
  expect(await countOf('refused')).toBe(refused + refusals);
});

test('a projection that stays behind is not waited for for ever, and its reader is told', async () => {
  const timedOut = await countOf('timed_out');
  expect(await openWait({ positionWaitMs: 20 }).reached(positionAt(99))).toEqual({ behind: true });
  expect(await countOf('timed_out')).toBe(timedOut + 1);
});

test.each([
  ['of this life of the feed', 'here'],
  ['of another life of it', 'elsewhere'],
])('a write long ago %s is looked for once, and its reader told', async (_name, identity) => {
  const stale = await countOf('stale');
  const longAgo = positionAt(99, { identity, id: idAt(Date.now() - 60_000) });
  expect(await openWait().reached(longAgo)).toEqual({ behind: true });
  expect(await countOf('stale')).toBe(stale + 1);
  expect(looks).toBe(1);
});

test('a database that does not answer ends no wait before its time, and breaks none', async () => {
  const { url } = database;
  const away = createTimelinePool({
    url,
    poolSize: 1,
    applicationName: 'test',
    onError: () => undefined,
  });
  await away.end();
  const limits = { ...timelineLimits, positionWaitMs: 30, positionPollMs: 5 };
  const watch = createCursorWatch({ sql: away, logger, limits });
  const timedOut = await countOf('timed_out');
  expect(await reachedBy(watch)(positionAt(11))).toEqual({ behind: true });
  expect(await countOf('timed_out')).toBe(timedOut + 1);
});
