import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Consumer,
  type ConsumerOptions,
  type FeedSource,
  forgetDeadLetters,
  runConsumer,
} from '../src/index.ts';
import { consumerStopped } from '../src/consumer/metrics.ts';
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

function consume(changes: Partial<ConsumerOptions> = {}): Consumer {
  const consumer = runConsumer({ ...follower.options(producer.source), ...changes });
  consumers.push(consumer);
  return consumer;
}

const caughtUp = async () => {
  const [truth, held] = await Promise.all([producer.truth(), follower.held()]);
  return truth.size === held.size && [...truth].every(([key, value]) => held.get(key) === value);
};

test('two writers race for one follow 500 times, and the consumer ends at the truth', async () => {
  consume();
  const race = async () => {
    const client = new pg.Client({ connectionString: producer.url });
    await client.connect();
    for (let round = 0; round < 500; round++) {
      await client.query('BEGIN');
      // The transaction id comes before the row's lock, as with any earlier write of the transaction.
      await client.query('SELECT pg_current_xact_id()');
      await producer.follow(1, 2, round % 2 ? 'active' : 'removed', client);
      await client.query('COMMIT');
    }
    await client.end();
  };
  await Promise.all([race(), race()]);
  await until(async () => (await follower.effects()) === 1_000);
  expect(await follower.held()).toEqual(await producer.truth());
  const order = await producer.pool.query('SELECT version::int FROM outbox ORDER BY xid, id');
  const inversions = order.rows.filter(
    (row, index) => index > 0 && row.version < order.rows[index - 1].version,
  );
  expect(inversions.length).toBeGreaterThan(0);
});

test('what is delivered twice counts once', async () => {
  let repeats = 0;
  const twice: FeedSource = {
    ...producer.source,
    async read(request) {
      const again = repeats < 3 && request.after !== null;
      if (again) repeats++;
      return producer.source.read({ ...request, after: again ? null : request.after });
    },
  };
  for (const state of ['active', 'removed', 'active'] as const) await producer.follow(1, 2, state);
  await producer.follow(3, 4);
  consume({ source: twice, limits: { events: 2, waitMs: 50 } });
  await until(async () => repeats === 3 && (await caughtUp()));
  expect(await follower.effects()).toBeGreaterThan(4);
  expect(await follower.held()).toEqual(
    new Map([
      ['1:2', 'active v3'],
      ['3:4', 'active v1'],
    ]),
  );
});

test('a poison event is put aside with its error, and its aggregate is fetched from its owner', async () => {
  for (const followee of [2, 3, 4]) await producer.follow(1, followee);
  consume({
    async apply(client, changes, source) {
      const isPoison = source.kind === 'feed' && changes.some((change) => change.aggregateId === '1:3');
      if (isPoison) throw new Error('cannot digest 1:3');
      await project(client, changes, source);
    },
  });
  await until(caughtUp);
  await producer.follow(5, 6);
  await until(caughtUp);
  expect(
    await follower.rows(
      "SELECT aggregateid, attempts, split_part(error, E'\\n', 1) AS error FROM dead_letter",
    ),
  ).toEqual([{ aggregateid: '1:3', attempts: 5, error: 'Error: cannot digest 1:3' }]);
  expect(await follower.rows('SELECT * FROM dirty_aggregate')).toEqual([]);
  expect(await forgetDeadLetters(follower.pool)).toBe(0);
  await follower.pool.query("UPDATE dead_letter SET failed_at = failed_at - interval '8 days'");
  expect(await forgetDeadLetters(follower.pool)).toBe(1);
});

test('an event whose payload makes no sense is put aside as well', async () => {
  await producer.follow(1, 2);
  await producer.follow(1, 3);
  await producer.pool.query(`UPDATE outbox SET payload = '{"state": "confused"}' WHERE aggregateid = '1:2'`);
  consume();
  await until(caughtUp);
  const letters = await follower.rows('SELECT aggregateid FROM dead_letter');
  expect(letters).toEqual([{ aggregateid: '1:2' }]);
});

test('what cannot be fetched stays dirty and is tried again', async () => {
  await producer.follow(1, 2);
  let isAway = true;
  consume({
    source: {
      ...producer.source,
      one: (...of) => (isAway ? Promise.reject(new Error('user is away')) : producer.source.one(...of)),
    },
    apply: (client, changes, source) =>
      source.kind === 'feed' ? Promise.reject(new Error('no')) : project(client, changes, source),
  });
  await until(
    async () => (await follower.rows('SELECT 1 FROM dirty_aggregate WHERE attempts > 0')).length > 0,
  );
  expect(await follower.held()).toEqual(new Map());
  isAway = false;
  await until(caughtUp);
});

test('a database that goes away is waited for, not taken for poison', async () => {
  let cuts = 0;
  consume({
    async apply(client, changes, source) {
      if (cuts++ < 8) await client.query('SELECT pg_terminate_backend(pg_backend_pid())');
      await project(client, changes, source);
    },
  });
  await producer.follow(1, 2);
  await until(caughtUp);
  expect(await follower.rows('SELECT * FROM dead_letter')).toEqual([]);
  expect(await follower.effects()).toBe(1);
});

test('a lock that others hold for long is waited for, not taken for poison', async () => {
  const other = await follower.pool.connect();
  await other.query('BEGIN');
  await other.query('LOCK TABLE held IN SHARE MODE');
  let tries = 0;
  consume({
    limits: { waitMs: 50, firstPauseMs: 1 },
    async apply(client, changes, source) {
      if (++tries === 10) await other.query('COMMIT');
      await client.query("SET LOCAL lock_timeout = '10ms'");
      await project(client, changes, source);
    },
  });
  await producer.follow(1, 2);
  await until(caughtUp);
  other.release();
  expect(await follower.rows('SELECT * FROM dead_letter')).toEqual([]);
});

test('a failing afterCommit does not undo or repeat anything', async () => {
  consume({
    afterCommit: () => {
      throw new Error('nobody listens');
    },
  });
  await producer.follow(1, 2);
  await producer.follow(1, 3);
  await until(caughtUp);
  expect(await follower.effects()).toBe(2);
});

test('a statement that runs out of time is no poison: the page goes in halves', async () => {
  for (let followee = 2; followee < 10; followee++) await producer.follow(1, followee);
  const sizes: number[] = [];
  consume({
    async apply(client, changes, source) {
      sizes.push(changes.length);
      // As long as the others take at most, on a machine that has other things to do.
      await client.query("SET LOCAL statement_timeout = '2s'");
      if (changes.length > 2) await client.query('SELECT pg_sleep(10)');
      await project(client, changes, source);
    },
  });
  await until(caughtUp);
  expect(sizes[0]).toBe(8);
  expect(await follower.rows('SELECT * FROM dead_letter')).toEqual([]);
});

test('a consumer that can apply nothing puts no more than two events aside, and goes on once it can', async () => {
  for (let followee = 2; followee < 20; followee++) await producer.follow(1, followee);
  let isBroken = true;
  let tries = 0;
  consume({
    limits: { waitMs: 50, firstPauseMs: 1 },
    async apply(client, changes, source) {
      tries += 1;
      if (isBroken) await client.query('INSERT INTO no_such_table VALUES (1)');
      await project(client, changes, source);
    },
  });
  // Other files that run in this process may have followed other feeds.
  const { feed } = follower.options(producer.source);
  const stopped = async () =>
    (await consumerStopped.get()).values.find(({ labels }) => labels.feed === feed)?.value;
  await until(async () => (await stopped()) === 1);
  // However often it begins again meanwhile.
  const triedBefore = tries;
  await until(() => tries > triedBefore + 60);
  const letters = await follower.rows('SELECT * FROM dead_letter');
  expect(letters.length).toBeLessThanOrEqual(2);
  isBroken = false;
  await until(caughtUp);
  await until(async () => (await stopped()) === 0);
});
