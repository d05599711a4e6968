import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Consumer,
  dropPutAside,
  listPutAside,
  retryPutAside,
  runConsumer,
  showDeadLetter,
  showDirtyAggregate,
} from '../src/index.ts';
import { type Follower, openFollower, until } from './support/follower.ts';
import { project } from './support/projection.ts';
import { openProducer, type Producer } from './support/producer.ts';

let producer: Producer;
let follower: Follower;
let consumer: Consumer;
let isBroken = true;

beforeEach(async () => {
  isBroken = true;
  [producer, follower] = await Promise.all([openProducer(), openFollower()]);
  consumer = runConsumer({
    ...follower.options(producer.source),
    async apply(client, changes, source) {
      if (isBroken && changes.some(({ aggregateId }) => aggregateId === '1:3'))
        throw new Error('not 1:3\nat all');
      await project(client, changes, source);
    },
  });
  for (const followee of [2, 3, 4]) await producer.follow(1, followee);
  await until(async () => (await follower.held()).size === 2);
  await until(async () => (await listPutAside(follower.pool)).dirty.some(({ attempts }) => attempts > 0));
});
afterEach(async () => {
  await consumer.stop();
  await Promise.all([producer.close(), follower.close()]);
});

test('what was put aside is listed, shown, and fetched anew when it is asked for', async () => {
  const { letters, dirty } = await listPutAside(follower.pool);
  expect(letters).toMatchObject([
    { feed: 'user', aggregate: 'follow/1:3', version: '1', attempts: 5, error: 'Error: not 1:3' },
  ]);
  expect(dirty).toMatchObject([{ feed: 'user', aggregate: 'follow/1:3', error: 'Error: not 1:3' }]);
  const eventId = letters[0]?.eventId ?? '';
  expect(await showDeadLetter(follower.pool, 'user', eventId)).toMatchObject({
    payload: { followeeId: '3' },
    error: expect.stringContaining('at all'),
  });
  expect(await showDeadLetter(follower.pool, 'user', '1')).toBeNull();
  expect(await retryPutAside(follower.pool, { feed: 'post' })).toEqual({ letters: 0, aggregates: 0 });
  isBroken = false;
  expect(await retryPutAside(follower.pool, { feed: 'user', eventId })).toEqual({
    letters: 1,
    aggregates: 1,
  });
  await until(async () => (await follower.held()).has('1:3'));
  expect(await listPutAside(follower.pool)).toEqual({ letters: [], dirty: [] });
});

test('a letter that is dropped leaves its aggregate to be fetched', async () => {
  expect(await dropPutAside(follower.pool, { feed: 'user' })).toEqual({ letters: 1, aggregates: 0 });
  const { letters, dirty } = await listPutAside(follower.pool);
  expect([letters.length, dirty.length]).toEqual([0, 1]);
});

test('an aggregate that is dirty without a letter is shown, fetched at once, or left as it is', async () => {
  await dropPutAside(follower.pool, { feed: 'user' });
  const aggregate = 'follow/1:3';
  expect(await showDirtyAggregate(follower.pool, 'user', aggregate)).toMatchObject({
    aggregateid: '1:3',
    last_error: expect.stringContaining('at all'),
  });
  expect(await showDirtyAggregate(follower.pool, 'user', 'follow/9:9')).toBeNull();
  await follower.rows(`UPDATE dirty_aggregate SET next_attempt_at = clock_timestamp() + interval '1 hour'`);
  isBroken = false;
  expect(await retryPutAside(follower.pool, { feed: 'user', aggregate })).toEqual({
    letters: 0,
    aggregates: 1,
  });
  await until(async () => (await follower.held()).has('1:3'));

  await follower.rows(`INSERT INTO dirty_aggregate (feed, aggregatetype, aggregateid, next_attempt_at)
    VALUES ('user', 'follow', '1:3', clock_timestamp() + interval '1 hour'), ('user', 'follow', '1:4', clock_timestamp() + interval '1 hour')`);
  expect(await dropPutAside(follower.pool, { feed: 'user', aggregate })).toEqual({
    letters: 0,
    aggregates: 1,
  });
  expect((await listPutAside(follower.pool)).dirty).toMatchObject([{ aggregate: 'follow/1:4' }]);
});
