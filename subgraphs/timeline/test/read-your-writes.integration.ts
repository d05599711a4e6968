import { randomBytes } from 'node:crypto';
import { createPositionTeller } from '@murmuration/events';
import { createTestDatabase, type TestDatabase } from '@murmuration/testing';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
// By path: only the feed itself makes the cursors of its consumers.
import { encodePosition } from '../../../packages/events/src/feed/cursor.ts';
import { incarnationOf } from '../../../packages/events/src/feed/identity.ts';
import { createTimelinePool } from '../src/database/pool.ts';
import { createPositionWait } from '../src/home/read-your-writes.ts';

const keys = [{ id: 'k', secret: randomBytes(32) }] as const;
const incarnation = incarnationOf('here');
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase('timeline');
  const { url } = database;
  pool = createTimelinePool({ url, poolSize: 2, applicationName: 'test', onError: () => undefined });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** What a mutation that wrote as transaction `xid` would answer. */
function positionAt(xid: number, identity = 'here'): string {
  const context = { extensions: {} as Record<string, unknown>, position: null };
  createPositionTeller('post', [keys[0]])(context, `${identity} ${xid} 7`);
  return String(context.extensions['position']);
}

const consumeTo = (xid: bigint) =>
  pool.query(
    `INSERT INTO consumer (feed, cursor) VALUES ('post', $1) ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor`,
    [encodePosition({ incarnation, xid, id: 7n })],
  );

async function isWaiting(wait: Promise<void>): Promise<boolean> {
  const turn = pool.query('SELECT pg_sleep(0.05)').then(() => true);
  return Promise.race([turn, wait.then(() => false)]);
}

test('a read waits until the write it follows has been projected', async () => {
  const reached = createPositionWait({ sql: pool, keys: [keys[0]] });
  await consumeTo(10n);
  await reached(positionAt(10));
  const wait = reached(positionAt(11));
  expect(await isWaiting(wait)).toBe(true);
  await consumeTo(11n);
  await wait;
});

test('nothing is waited for without a position, or for one that is forged or of another life of the feed', async () => {
  const reached = createPositionWait({ sql: pool, keys: [keys[0]] });
  await consumeTo(10n);
  for (const position of [null, 'nonsense', positionAt(99, 'elsewhere')]) {
    expect(await isWaiting(reached(position))).toBe(false);
  }
});

test('a projection that stays behind is not waited for for ever', async () => {
  const reached = createPositionWait({ sql: pool, keys: [keys[0]] });
  await consumeTo(10n);
  await reached(positionAt(99));
});
