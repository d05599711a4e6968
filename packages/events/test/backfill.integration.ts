import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  backfill,
  type BackfillState,
  type Consumer,
  type ConsumerOptions,
  readBackfill,
  runConsumer,
} from '../src/index.ts';
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

test('the backfill command mends by itself, and tells how far it is', async () => {
  for (let followee = 2; followee < 9; followee++) await producer.follow(1, followee);
  await producer.pool.query('ANALYZE follow');
  const told: BackfillState[] = [];
  await backfill({ ...base(), limits: { states: 2 } }, undefined, (state) => told.push(state));
  expect(await caughtUp()).toBe(true);
  expect(told[0]).toMatchObject({ phase: 'read', aggregate: 'follow' });
});

test('the backfill command mends what differs although its version is right, and the feed goes on meanwhile', async () => {
  consume({ limits: { waitMs: 100, firstPauseMs: 5, askMs: 20 } });
  for (const followee of [2, 3]) await producer.follow(1, followee);
  await until(caughtUp);
  await follower.rows(`DELETE FROM held WHERE followee = 2`);
  await follower.rows(`UPDATE held SET state = 'requested' WHERE followee = 3`);
  await follower.rows(`INSERT INTO held VALUES (8, 9, 'active', 7, 0)`);
  await backfill(base());
  expect(await caughtUp()).toBe(true);
  await producer.follow(1, 4);
  await until(caughtUp);
});

test('events are applied while a backfill goes on beside them', async () => {
  for (let followee = 2; followee < 40; followee++) await producer.follow(1, followee);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { page } = producer.source;
  consume({
    source: {
      ...producer.source,
      async page(...of) {
        if (of[1] !== null) await held;
        return page(...of);
      },
    },
    limits: { states: 5, waitMs: 100, askMs: 20 },
  });
  await until(async () => (await follower.held()).size === 5);
  await producer.follow(7, 8);
  await until(async () => (await follower.held()).get('7:8') === 'active v1');
  expect(await readBackfill(follower.pool, 'user')).toMatchObject({ phase: 'read', states: 5 });
  release();
  await until(caughtUp);
  await until(async () => (await readBackfill(follower.pool, 'user')) === null);
});

test('a backfill that is interrupted goes on from where it was', async () => {
  for (let followee = 2; followee < 40; followee++) await producer.follow(1, followee);
  const asked: (string | null)[] = [];
  const counting = (mostPages: number): ConsumerOptions['source'] => ({
    ...producer.source,
    async page(...of) {
      if (asked.length >= mostPages) throw new Error('the producer is away');
      asked.push(of[1]);
      return producer.source.page(...of);
    },
  });
  const limits = { states: 5, waitMs: 100, askMs: 20, firstPauseMs: 5 };
  const first = consume({ source: counting(3), limits });
  await until(async () => (await follower.held()).size === 15);
  await first.stop();
  expect(await readBackfill(follower.pool, 'user')).toMatchObject({
    states: 15,
    expected: expect.any(Number),
  });
  consume({ source: counting(100), limits });
  await until(caughtUp);
  expect(asked.filter((after) => after === null)).toHaveLength(1);
  await until(async () => (await follower.rows('SELECT FROM tally WHERE backfills = 1')).length === 1);
});

test('a restore of very many rows is swept in bounded steps, and a statement that runs out of time takes smaller ones', async () => {
  for (const followee of [2, 3]) await producer.follow(1, followee);
  consume();
  await until(caughtUp);
  await follower.rows(
    `INSERT INTO held SELECT 100 + n / 100, 1000 + n % 100, 'active', 9, 1 FROM generate_series(0, 29999) n`,
  );
  await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
  await producer.renewIdentity();
  const { sweep } = base();
  const limits: number[] = [];
  consume({
    limits: { swept: 8_000, waitMs: 100, askMs: 20, firstPauseMs: 1 },
    async sweep(client, asked) {
      limits.push(asked.limit);
      await client.query(`SET LOCAL statement_timeout = '3s'`);
      if (asked.limit > 2_000) await client.query('SELECT pg_sleep(10)');
      return sweep?.(client, asked) ?? { next: null, removed: 0 };
    },
  });
  await until(async () => (await follower.rows('SELECT FROM tally WHERE backfills = 2')).length === 1);
  expect(await caughtUp()).toBe(true);
  expect(limits.slice(0, 3)).toEqual([8_000, 4_000, 2_000]);
  expect(await follower.rows('SELECT FROM dirty_aggregate')).toEqual([]);
});

test('a backfill ends once the feeds beside it go on, so that what was lost together is told of once, or after a while', async () => {
  await producer.follow(1, 2);
  let other: 'away' | 'reset' | 'page' = 'away';
  const source: ConsumerOptions['source'] = {
    ...producer.source,
    async read() {
      if (other === 'away') throw new Error('the producer is away');
      return other === 'reset' ? { status: 'reset' } : { status: 'page', events: [], cursor: 'there' };
    },
  };
  const beside = [{ feed: 'post', source }];
  const isOver = async () => (await readBackfill(follower.pool, 'user')) === null;
  const staysOpen = async () => {
    for (let look = 0; look < 10; look++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await isOver()).toBe(false);
    }
  };
  consume({ beside });
  await until(caughtUp);
  // It was never begun, it does not answer, it is about to be read anew: each time something is to come.
  await staysOpen();
  await follower.rows(`UPDATE consumer SET cursor = 'there' WHERE feed = 'post'`);
  await staysOpen();
  other = 'reset';
  await staysOpen();
  other = 'page';
  await until(isOver);

  other = 'away';
  await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
  await producer.renewIdentity();
  consume({ beside, limits: { waitMs: 100, askMs: 20, firstPauseMs: 5, besideMs: 100 } });
  await until(async () => (await follower.rows('SELECT FROM tally WHERE backfills = 2')).length === 1);
});

test('the head registers its reader, so that what comes meanwhile is kept', async () => {
  await producer.feed.head('timeline/notifications');
  const { rows } = await producer.pool.query('SELECT name FROM feed_consumer');
  expect(rows).toEqual([{ name: 'timeline/notifications' }]);
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
