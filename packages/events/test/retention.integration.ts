import { idAt } from '@murmuration/ids';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { retireOutboxPartitions, runConsumer } from '../src/index.ts';
import { openFollower, until } from './support/follower.ts';
import { openProducer, type Producer } from './support/producer.ts';
import { silent } from './support/source.ts';

let producer: Producer;
beforeEach(async () => {
  producer = await openProducer();
});
afterEach(() => producer.close());

const retire = (changes: { capBytes?: number; minimumAgeMs?: number } = {}) =>
  retireOutboxPartitions({ pool: producer.pool, feed: 'user', logger: silent, ...changes });

/** Moves what there is into the partition of some days ago, as if it had been written then. */
async function age(days = 3): Promise<string> {
  const then = new Date(Date.now() - days * 86_400_000);
  await producer.pool.query(`SELECT ensure_day_partitions('outbox', $1, 1)`, [then]);
  const begin = then.setUTCHours(0, 0, 0, 0);
  await producer.pool.query('UPDATE outbox SET id = $1::bigint + id % 1024', [idAt(begin).toString()]);
  const { rows } = await producer.pool.query('SELECT DISTINCT tableoid::regclass::text AS name FROM outbox');
  return rows[0].name;
}

const read = (after: string | null, reader?: string) =>
  producer.feed.read({ after, limit: 10, waitMs: 0, ...(reader && { reader }) });

test('a partition is dropped once it is old and every registered consumer has passed it', async () => {
  await producer.follow(1, 2);
  const partition = await age();
  const first = await read(null, 'timeline');
  expect(await retire()).toEqual([]);
  const passed = first.status === 'page' ? first.cursor : null;
  // The producer learns of progress from the next read; its note is written once in a while.
  await producer.pool.query('DELETE FROM feed_consumer');
  const other = await openProducerAgain();
  await other.read({ after: passed, limit: 10, waitMs: 0, reader: 'timeline' });
  expect(await retire()).toEqual([{ partition, because: 'passed' }]);
  expect(await read(passed)).toEqual({ status: 'page', events: [], cursor: passed });
  expect(await read(null)).toEqual({ status: 'reset', because: 'dropped partition' });
});

test('each purpose for which a service reads a feed holds back what it has not passed', async () => {
  await producer.follow(1, 2);
  const partition = await age();
  const first = await read(null, 'timeline/notifications');
  const passed = first.status === 'page' ? first.cursor : null;
  const feed = await openProducerAgain();
  const passes = (reader: string) => feed.read({ after: passed, limit: 10, waitMs: 0, reader });
  await passes('timeline');
  expect(await retire()).toEqual([]);
  expect(await read(null, 'timeline/notifications')).toMatchObject({ events: [{ aggregateId: '1:2' }] });
  await producer.pool.query(`DELETE FROM feed_consumer WHERE name = 'timeline/notifications'`);
  await passes('timeline/notifications');
  expect(await retire()).toEqual([{ partition, because: 'passed' }]);
});

test('the present partition stays, however full the disk is', async () => {
  await producer.follow(1, 2);
  expect(await retire({ capBytes: 0, minimumAgeMs: 0 })).not.toContainEqual(
    expect.objectContaining({ because: 'cap' }),
  );
  expect((await read(null)).status).toBe('page');
});

test('yesterday stays while it is not a day old, but goes at the disk cap', async () => {
  await producer.follow(1, 2);
  const yesterday = await age(1);
  expect(await retire()).not.toContainEqual(expect.objectContaining({ partition: yesterday }));
  await read(null, 'timeline');
  expect(await retire({ capBytes: 0 })).toEqual([{ partition: yesterday, because: 'cap' }]);
  await producer.follow(1, 3);
  expect(await read(null)).toEqual({ status: 'reset', because: 'dropped partition' });
});

test('above the disk cap a partition goes, and the consumer left behind reads the state anew', async () => {
  const follower = await openFollower();
  await producer.follow(1, 2);
  await producer.follow(1, 3);
  const partition = await age();
  await read(null, 'timeline');
  expect(await retire({ capBytes: 0 })).toEqual([{ partition, because: 'cap' }]);
  const consumer = runConsumer(follower.options(producer.source));
  await until(async () => (await follower.held()).size === 2);
  expect(await follower.held()).toEqual(await producer.truth());
  await consumer.stop();
  await follower.close();
});

test('a connection that is cut while it waits to drop a partition is an error and no end of the process', async () => {
  await producer.follow(1, 2);
  await age();
  const other = await producer.pool.connect();
  await other.query('BEGIN; SELECT FROM outbox');
  // Expected before it can happen: the cut may be told here before the answer to the query that made it.
  const refused = expect(retire()).rejects.toThrow('terminat');
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await until(async () => (await producer.pool.query(cut)).rows.length > 0);
  await refused;
  await other.query('ROLLBACK');
  other.release();
  expect(await retire()).toHaveLength(1);
});

async function openProducerAgain() {
  const { createFeed } = await import('../src/index.ts');
  return createFeed({ pool: producer.pool, name: 'user', logger: silent });
}
