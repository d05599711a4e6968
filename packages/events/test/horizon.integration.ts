import { createTestDatabase } from '@murmuration/testing';
import { metrics } from '@murmuration/service-kit';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProducer, type Producer } from './support/producer.ts';
import { until } from './support/follower.ts';

let producer: Producer;
beforeAll(async () => {
  producer = await openProducer();
});
afterAll(() => producer.close());

async function read(after: string | null, waitMs = 0, limit = 100) {
  const answer = await producer.feed.read({ after, limit, waitMs });
  if (answer.status === 'reset') throw new Error(`reset: ${answer.because}`);
  return { cursor: answer.cursor, keys: answer.events.map((event) => event.aggregateId) };
}

/** A transaction left open; one that a failing test forgets must not hold the horizon of the others. */
async function transaction() {
  const client = new pg.Client({ connectionString: producer.url });
  await client.connect();
  await client.query('BEGIN');
  return {
    client,
    commit: () => client.query('COMMIT'),
    [Symbol.asyncDispose]: () => client.end(),
  };
}

test('a transaction that began first and commits last is not skipped', async () => {
  const before = await read(null);
  await using slow = await transaction();
  await producer.follow(1, 2, 'active', slow.client);
  await producer.follow(3, 4);
  const meanwhile = await read(before.cursor);
  expect(meanwhile.keys).toEqual([]);
  const waiting = read(meanwhile.cursor, 20_000);
  await slow.commit();
  expect((await waiting).keys).toEqual(['1:2', '3:4']);
  expect((await read(before.cursor, 0, 1)).keys).toEqual(['1:2']);
});

test('a long poll answers what commits while it waits, woken by a hint', async () => {
  const { cursor } = await read(null);
  const waiting = read(cursor, 20_000);
  await producer.follow(5, 6);
  producer.feed.hint();
  expect((await waiting).keys).toEqual(['5:6']);
});

test('the head stands behind what was committed and before what was not', async () => {
  await using slow = await transaction();
  await producer.follow(7, 8, 'active', slow.client);
  const head = await producer.feed.head();
  expect((await read(head)).keys).toEqual([]);
  await slow.commit();
  await until(async () => (await read(head)).keys.length > 0);
  expect((await read(head)).keys).toEqual(['7:8']);
});

test('a writer anywhere in the cluster stalls the horizon, and the metric says so', async () => {
  const elsewhere = await createTestDatabase('post');
  const stranger = new pg.Client({ connectionString: elsewhere.url });
  await stranger.connect();
  await stranger.query('BEGIN');
  await stranger.query('SELECT pg_current_xact_id()');
  const { cursor } = await read(null, 0, 1_000);
  await producer.follow(9, 10);
  expect((await read(cursor, 100)).keys).toEqual([]);
  expect(await horizonAge()).toBeGreaterThan(0);
  await stranger.query('ROLLBACK');
  expect((await read(cursor, 20_000)).keys).toEqual(['9:10']);
  await read((await read(cursor)).cursor);
  expect(await horizonAge()).toBe(0);
  await stranger.end();
  await elsewhere.drop();
});

test('a cursor of another life of the database, or no cursor at all, is refused', async () => {
  const { cursor } = await read(null);
  await producer.renewIdentity();
  const foreign = await producer.feed.read({ after: cursor, limit: 1, waitMs: 0 });
  expect(foreign).toEqual({ status: 'reset', because: 'another incarnation' });
  const garbage = await producer.feed.read({ after: 'garbage', limit: 1, waitMs: 0 });
  expect(garbage).toEqual({ status: 'reset', because: 'unreadable cursor' });
});

async function horizonAge(): Promise<number> {
  const metric = await metrics.getSingleMetric('feed_horizon_age_seconds')?.get();
  return metric?.values.find((value) => value.labels['feed'] === 'user')?.value ?? -1;
}
