import { timeOf } from '@murmuration/ids';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { moveNextEpochs, nextRecipients, recipientsOf } from '../src/belonging/recipients.ts';
import { highest } from '../src/belonging/range.ts';
import { fanoutAge, fanoutFreshness } from '../src/fanout/metrics.ts';
import { measureFanout } from '../src/fanout/lag.ts';
import { startFanout } from '../src/fanout/loop.ts';
import { homeReads } from '../src/home/metrics.ts';
import { runNextTask } from '../src/fanout/run-task.ts';
import type { HomeCache } from '../src/home-cache/cache.ts';
import { bucketOf } from '../src/home-cache/keys.ts';
import { readPushedTo } from '../src/home-cache/pushed-to.ts';
import { readLogHead } from '../src/log/head.ts';
import { openHome, type TestHome } from './support/home.ts';
import { createTown, type Town } from './support/town.ts';
import { homeOf } from '../src/belonging/source.ts';

const limits = {
  chunkFollowers: 5,
  fanoutStepFollowers: 5,
  fanoutRangeFollowers: 11,
  leastFollowers: 2,
  bigFollowers: 100,
  bigOverlapMs: 60_000,
  tailEvents: 50,
};
const page = { limit: 20, direction: 'forward', after: null, before: null } as const;
let town: Town;
let home: TestHome;
let giant: bigint;
let minor: bigint;
let followers: bigint[];

beforeEach(async () => {
  town = createTown(24);
  [giant = 0n, minor = 0n, ...followers] = town.people;
  home = await openHome(town, { limits });
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  await home.apply(
    followers.flatMap((person) => [...town.follow(person, giant), ...town.follow(person, minor)]),
  );
  await home.pool.query('UPDATE account SET follower_count = 2 WHERE id = $1', [minor]);
  await home.fanOut();
  for (const follower of followers) await home.read(follower, 20);
});
afterEach(() => home.close());

const listOf = async (reader: bigint) =>
  (await home.cache.read(reader, { low: 0n, high: highest, order: 'newest' }, 100))?.ids ?? null;
const listed = async (id: bigint) => {
  const lists = await Promise.all(followers.map(listOf));
  return lists.filter((ids) => ids?.includes(id)).length;
};
const options = (cache: HomeCache = home.cache) => ({
  pool: home.pool,
  cache,
  limits: home.limits,
  logger: home.logger,
});
async function post(author: bigint): Promise<bigint> {
  await home.apply(town.post(author));
  return town.posts().at(-1)?.id ?? 0n;
}
const tasks = async () =>
  (await home.pool.query('SELECT * FROM fanout_task ORDER BY seq, through_bucket')).rows;
const byId = (one: bigint, other: bigint) => (one < other ? -1 : Number(one > other));
const epochs = async () => {
  const { rows } = await home.pool.query<{ id: bigint; epoch: bigint }>('SELECT id, epoch FROM reader');
  return new Map(rows.map(({ id, epoch }) => [id, epoch]));
};
/** What rests after a failure, or is held by a worker that died, is due at once. */
const due = () =>
  home.pool.query(`UPDATE fanout_task SET next_attempt_at = clock_timestamp() - interval '1 second'`);

/** A cache whose pushes fail after some calls. */
function failing(after: number, error = new Error('killed')): HomeCache {
  let calls = 0;
  return {
    ...home.cache,
    async push(...push) {
      if (++calls > after) throw error;
      await home.cache.push(...push);
    },
  };
}

test('a giant goes in steps of its own workers, and the small do not wait for it', async () => {
  const big = await post(giant);
  const small = await post(minor);
  await home.dispatch();
  while ((await runNextTask(options(), false)) === 'done');
  expect(await listed(big)).toBe(0);
  expect(await listed(small)).toBe(followers.length);
  while ((await runNextTask(options(), true)) === 'done');
  expect(await listed(big)).toBe(followers.length);
});

test('what is not in the lists yet is taken from the log, to its head', async () => {
  const [reader = 0n] = followers;
  await home.pipeline.page(homeOf(reader), page);
  const ofGiant = await post(giant);
  await home.dispatch();
  const ofMinor = await post(minor);
  expect(await listOf(reader)).not.toContain(ofGiant);
  const { entries, position } = await home.pipeline.page(homeOf(reader), page);
  expect(entries.slice(0, 2).map(({ id }) => id)).toEqual([ofMinor, ofGiant]);
  expect(position.seq).toBe((await readLogHead(home.pool)).seq);
});

test('lists are not believed when more waits than a read looks at, nor when it waits for too long', async () => {
  const [reader = 0n] = followers;
  const sourceOf = async () => {
    const before = await homeReadsBy('database');
    const { entries, position } = await home.pipeline.page(homeOf(reader), page);
    expect(entries.map(({ id }) => id)).toEqual((await home.expected(reader)).slice(0, 21));
    expect(position.seq).toBe((await readLogHead(home.pool)).seq);
    return (await homeReadsBy('database')) > before ? 'database' : 'cache';
  };
  expect(await sourceOf()).toBe('cache');
  for (let number = 0; number <= limits.tailEvents; number++) await post(minor);
  expect(await sourceOf()).toBe('database');
  await home.fanOut();
  await expect.poll(sourceOf).toBe('cache');
  await post(giant);
  expect(await sourceOf()).toBe('cache');
  await home.pool.query(`UPDATE timeline_event SET created_at = now() - interval '6 seconds'
    WHERE seq = (SELECT seq FROM timeline_head)`);
  expect(await sourceOf()).toBe('database');
});

test('a worker that dies in the middle of a task leaves it to another, and nobody gets it twice', async () => {
  const id = await post(minor);
  await home.dispatch();
  // Dead before it could say so: its pushes are made, and its claim stays.
  const dying = { ...options(failing(3)), pool: onlyClaims() };
  await expect(runNextTask(dying, false)).rejects.toThrow('dead');
  expect(await runNextTask(options(), false)).toBe('nothing to do');
  await due();
  await home.fanOut();
  for (const follower of followers) {
    expect((await listOf(follower))?.filter((entry) => entry === id)).toEqual([id]);
  }
});

test('a worker that dies over a giant leaves a place from which another goes on', async () => {
  const id = await post(giant);
  await home.dispatch();
  const dying = { ...options(), pool: onlyClaims(1) };
  await expect(runNextTask(dying, true)).rejects.toThrow('dead');
  const left = (await tasks()).find(({ claim }) => claim !== null);
  expect(left).toMatchObject({ seqs: [left.seq], is_large: true });
  expect(left.after_follower_id).toBeGreaterThan(0n);
  await due();
  await home.fanOut();
  expect(await listed(id)).toBe(followers.length);
  expect(await tasks()).toEqual([]);
});

test('the ranges of a giant leave nobody out and overlap nowhere, in steps of any size', async () => {
  const id = await post(giant);
  await home.dispatch();
  const ranges = await tasks();
  expect(ranges.map(({ through_bucket }) => through_bucket)).toEqual([31, 63]);
  for (const step of [1, 2, 7, 100]) {
    const seen: string[] = [];
    const moved: bigint[] = [];
    for (const { seq, after_bucket, after_follower_id, through_bucket } of ranges) {
      const range = { seq, throughBucket: through_bucket };
      const first = { afterBucket: after_bucket, afterFollowerId: after_follower_id };
      for (let place: typeof first | null = first; place; ) {
        const { deliveries, next } = await nextRecipients(home.pool, { ...range, ...place }, step);
        for (const { bucket, readers } of deliveries) {
          expect(bucket).toBeLessThanOrEqual(through_bucket);
          seen.push(...readers.split(','));
        }
        place = next;
      }
      const before = await epochs();
      for (let place: typeof first | null = first; place; )
        place = await moveNextEpochs(home.pool, { ...range, ...place }, step);
      const after = await epochs();
      moved.push(...followers.filter((follower) => after.get(follower) !== before.get(follower)));
    }
    expect(seen.map(BigInt).toSorted(byId)).toEqual(followers.toSorted(byId));
    expect(moved.toSorted(byId)).toEqual(followers.toSorted(byId));
  }
  await home.fanOut();
  for (const follower of followers) expect(await home.read(follower, 20)).toContain(id);
});

test('a range that is given up moves its own readers; the others get the post', async () => {
  const id = await post(giant);
  await home.dispatch();
  const before = await epochs();
  const never: HomeCache = {
    ...home.cache,
    async push(namespace, bucket, pushes) {
      if (bucket <= 31) throw new Error('this range never works');
      await home.cache.push(namespace, bucket, pushes);
    },
  };
  for (let round = 0; round < 100 && (await tasks()).length > 0; round++) {
    await due();
    await runNextTask(options(never), true);
  }
  const after = await epochs();
  for (const follower of followers) {
    const isGivenUp = bucketOf(follower) <= 31;
    expect((await listOf(follower))?.includes(id)).toBe(!isGivenUp);
    expect(after.get(follower) !== before.get(follower)).toBe(isGivenUp);
    expect(await home.read(follower, 20)).toContain(id);
  }
});

test('of many events with one that fails, the others are pushed and the one is given up', async () => {
  const ids: bigint[] = [];
  for (let number = 0; number < 8; number++) ids.push(await post(minor));
  const bad = ids[3] ?? 0n;
  await home.dispatch();
  expect(await tasks()).toHaveLength(1);
  const cache: HomeCache = {
    ...home.cache,
    async push(namespace, bucket, pushes) {
      if (pushes.some(({ entryId }) => entryId === bad)) throw new Error('this one never works');
      await home.cache.push(namespace, bucket, pushes);
    },
  };
  for (let round = 0; round < 100 && (await tasks()).length > 0; round++) {
    await due();
    await runNextTask(options(cache), false);
  }
  expect(await tasks()).toEqual([]);
  const [reader = 0n] = followers;
  expect(await home.read(reader, 20)).toEqual(await home.expected(reader));
  expect(await listOf(reader)).toEqual(expect.arrayContaining(ids));
});

test('a giant that keeps failing moves its readers, whose lists are made anew with what they missed', async () => {
  const id = await post(giant);
  await home.dispatch();
  const never = options(failing(0));
  for (let round = 0; round < 100 && (await tasks()).length > 0; round++) {
    await due();
    await runNextTask(never, true);
  }
  expect(await listed(id)).toBe(0);
  for (const follower of followers) expect(await home.read(follower, 20)).toContain(id);
  expect(await listed(id)).toBe(followers.length);
});

test('a Redis that is full, or no primary any more, is no fault of a task: it waits', async () => {
  for (const state of [
    "OOM command not allowed when used memory > 'maxmemory'.",
    'READONLY You can not write.',
  ]) {
    const id = await post(minor);
    await home.dispatch();
    const full = failing(0, Object.assign(new Error(state), { name: 'ReplyError' }));
    for (let round = 0; round < 10; round++) {
      await due();
      expect(await runNextTask(options(full), false)).toBe('away');
    }
    expect(await tasks()).toMatchObject([{ attempts: 0, is_given_up: false }]);
    await due();
    await home.fanOut();
    expect(await listed(id)).toBe(followers.length);
  }
});

test('two workers share the tasks, and each is done once', async () => {
  const ids: bigint[] = [];
  for (let number = 0; number < 10; number++) ids.push(await post(number % 3 === 0 ? giant : minor));
  const loops = [startFanout(options()), startFanout(options())];
  await expect.poll(async () => (await measureFanout(home.pool)).events).toBe(0);
  for (const id of ids) expect(await listed(id)).toBe(followers.length);
  for (const loop of loops) await loop.stop();
});

test('an author above the threshold is not pushed but pulled, and pushed for a while longer', async () => {
  await home.pool.query(
    `UPDATE account SET big_seq = 1, big_at = now() - interval '59 seconds' WHERE id = $1`,
    [giant],
  );
  const overlapping = await post(giant);
  await home.fanOut();
  expect(await listed(overlapping)).toBe(followers.length);
  await home.pool.query(`UPDATE account SET big_at = now() - interval '61 seconds' WHERE id = $1`, [giant]);
  const pulled = await post(giant);
  await home.fanOut();
  expect(await listed(pulled)).toBe(0);
  for (const follower of followers)
    expect(await home.read(follower, 20)).toEqual(await home.expected(follower));
});

test('what waits is told by its age', async () => {
  await post(minor);
  await home.pool.query(`UPDATE timeline_event SET created_at = now() - interval '90 seconds'
    WHERE seq = (SELECT seq FROM timeline_head)`);
  expect((await measureFanout(home.pool)).seconds).toBeGreaterThanOrEqual(90);
  expect((await fanoutAge.get()).values[0]?.value).toBeGreaterThanOrEqual(90);
  await home.fanOut();
  expect(await measureFanout(home.pool)).toMatchObject({ events: 0, seconds: 0 });
  expect((await readPushedTo(home.pool)).seq).toBe((await readLogHead(home.pool)).seq);
});

/** A worker's database that is gone after its claim and some steps. */
function onlyClaims(steps = 0): TestHome['pool'] {
  let kept = 0;
  return Object.assign(Object.create(home.pool), {
    query(statement: { name: string }) {
      const isKept = statement.name === 'fanout-keep' && kept++ < steps;
      const isRead = ['fanout-claim', 'fanout-recipients', 'fanout-chunk'].includes(statement.name);
      if (!isKept && !isRead) throw new Error('dead');
      return home.pool.query(statement as never);
    },
  });
}

async function homeReadsBy(source: 'cache' | 'database'): Promise<number> {
  const { values } = await homeReads.get();
  return values.find(({ labels }) => labels.source === source)?.value ?? 0;
}

test('how old an entry is once it is in the lists is measured, and nothing of what was given up', async () => {
  const measured = async () => {
    const { values } = await fanoutFreshness.get();
    const of = (name: string) =>
      values.find(({ metricName }) => metricName === `home_list_freshness_seconds_${name}`)?.value ?? 0;
    return { count: of('count'), sum: of('sum') };
  };
  const before = await measured();
  const id = await post(minor);
  await home.fanOut();
  const once = await measured();
  expect(once.count - before.count).toBe(1);
  const age = (Date.now() - timeOf(id)) / 1_000;
  expect(once.sum - before.sum).toBeGreaterThan(age - 60);
  expect(once.sum - before.sum).toBeLessThanOrEqual(age + 1);
  await post(giant);
  await home.dispatch();
  for (let round = 0; round < 100 && (await tasks()).length > 0; round++) {
    await due();
    await runNextTask(options(failing(0)), true);
  }
  expect((await measured()).count).toBe(once.count);
});

test('who gets a post is looked up, however much the tables hold that nobody has counted yet', async () => {
  await home.pool.query(`INSERT INTO follow (follower_id, followee_id, active, version, since_seq)
    SELECT reader, reader + 1 + number, true, 1, 0
    FROM generate_series(1, 1000) AS reader, generate_series(1, 20) AS number`);
  await home.apply(town.post(minor));
  const { seq } = await readLogHead(home.pool);
  const client = await home.pool.connect();
  try {
    await client.query('BEGIN');
    const deliveries = await recipientsOf(client, [seq]);
    expect(deliveries.reduce((sum, { count }) => sum + count, 0)).toBe(followers.length);
    const { rows } = await client.query(
      "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'follow'",
    );
    expect(rows).toEqual([{ relname: 'follow', seq_scan: 0n }]);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});
