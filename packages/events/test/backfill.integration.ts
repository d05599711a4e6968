import { afterEach, beforeEach, expect, test } from 'vitest';
import { backfill, type Consumer, type ConsumerOptions, runConsumer } from '../src/index.ts';
import { type Follower, openFollower, until } from './support/follower.ts';
import { project } from './support/projection.ts';
import { openProducer, type Producer } from './support/producer.ts';

let producer: Producer;
let follower: Follower;
const consumers: Consumer[] = [];

beforeEach(async () => {
  [producer, follower] = await Promise.all([openProducer(), openFollower()]);
});
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
  await Promise.all([producer.close(), follower.close()]);
});

const base = (): ConsumerOptions => ({ ...follower.options(producer.source), start: 'backfill' });
const consume = (changes: Partial<ConsumerOptions> = {}) => {
  const consumer = runConsumer({ ...base(), ...changes });
  consumers.push(consumer);
  return consumer;
};
const caughtUp = async () => {
  const [truth, held] = await Promise.all([producer.truth(), follower.held()]);
  return truth.size === held.size && [...truth].every(([key, value]) => held.get(key) === value);
};

test('a new consumer reads state that never came as an event, in pages, tombstones too', async () => {
  for (let followee = 2; followee < 9; followee++) await producer.follow(1, followee);
  await producer.follow(1, 5, 'removed');
  await producer.pool.query('DELETE FROM outbox');
  consume({ limits: { states: 3 } });
  await until(caughtUp);
  expect((await follower.held()).get('1:5')).toBe('removed v2');
});

test('what changes during a backfill is neither lost nor undone', async () => {
  for (let followee = 2; followee < 30; followee++) await producer.follow(1, followee);
  let page = 0;
  consume({
    limits: { states: 5, waitMs: 200 },
    async apply(client, changes, source) {
      if (source.kind === 'snapshot' && ++page === 3) {
        await producer.follow(1, 2, 'removed'); // its page is behind
        await producer.follow(1, 29, 'removed'); // its page is ahead
        await producer.follow(0, 7); // new, in a range that is done
      }
      await project(client, changes, source);
    },
  });
  await until(caughtUp);
  expect((await follower.held()).get('1:2')).toBe('removed v2');
});

test('a restored database answers 410, and the consumer gives up what the restored one never had', async () => {
  consume();
  await producer.follow(1, 2);
  await producer.follow(3, 4);
  await producer.follow(3, 4, 'removed');
  await producer.follow(5, 6);
  await until(caughtUp);
  // An old copy: 3:4 is at a lower version again, 5:6 never was.
  await producer.pool.query(
    `UPDATE follow SET state = 'active', version = 1 WHERE (follower_id, followee_id) = (3, 4)`,
  );
  await producer.pool.query('DELETE FROM follow WHERE (follower_id, followee_id) = (5, 6)');
  await producer.pool.query('TRUNCATE outbox');
  await producer.renewIdentity();
  await until(caughtUp);
  expect(await follower.held()).toEqual(
    new Map([
      ['1:2', 'active v1'],
      ['3:4', 'active v1'],
    ]),
  );
  await producer.follow(3, 4, 'removed');
  await until(caughtUp);
});

test('the backfill command mends by itself', async () => {
  for (const followee of [2, 3]) await producer.follow(1, followee);
  await backfill(base());
  expect(await caughtUp()).toBe(true);
});

test('the backfill command fences off the running consumer, which ends up with a mended state', async () => {
  consume({ limits: { waitMs: 100, firstPauseMs: 5 } });
  await producer.follow(1, 2);
  await until(caughtUp);
  await follower.rows('DELETE FROM held');
  await backfill(base());
  expect(await caughtUp()).toBe(true);
  await producer.follow(1, 3);
  await until(caughtUp);
});

test('a state that cannot be applied stays dirty and does not keep the others away', async () => {
  for (let followee = 2; followee < 9; followee++) await producer.follow(1, followee);
  let isBroken = true;
  consume({
    async apply(client, changes, source) {
      if (isBroken && changes.some((change) => change.aggregateId === '1:5')) throw new Error('no 1:5');
      await project(client, changes, source);
    },
  });
  await until(async () => (await follower.held()).size === 6);
  await until(async () => (await follower.rows('SELECT 1 FROM dirty_aggregate')).length === 1);
  isBroken = false;
  await until(caughtUp);
});
