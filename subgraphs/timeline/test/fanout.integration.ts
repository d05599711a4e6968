import { afterEach, beforeEach, expect, test } from 'vitest';
import { pushNextChunk } from '../src/fanout/chunk-lane.ts';
import { readFanoutCursor } from '../src/fanout/events.ts';
import { startFanout } from '../src/fanout/loop.ts';
import { fanoutLag } from '../src/fanout/metrics.ts';
import { fanOutNext } from '../src/fanout/small-lane.ts';
import type { HomeCache } from '../src/home/cache/cache.ts';
import { highest } from '../src/home/range.ts';
import { tailEvents } from '../src/home/reader-state.ts';
import { readLogHead } from '../src/live/log-event.ts';
import { openHome, type TestHome } from './support/home.ts';
import { createTown, type Town } from './support/town.ts';

const limits = { chunkFollowers: 5, bigFollowers: 100, bigOverlapMs: 60_000 };
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
const options = (cache: HomeCache = home.cache) => ({ pool: home.pool, cache, limits: home.limits });
async function post(author: bigint): Promise<bigint> {
  await home.apply(town.post(author));
  return town.posts().at(-1)?.id ?? 0n;
}

/** A cache whose pushes fail after some calls, as a worker that is killed in between would leave it. */
function failing(after: number): HomeCache {
  let calls = 0;
  return {
    ...home.cache,
    async push(bucket, pushes) {
      if (++calls > after) throw new Error('killed');
      await home.cache.push(bucket, pushes);
    },
  };
}

test('a giant goes in chunks, and the small do not wait for it', async () => {
  await home.pool.query('UPDATE account SET follower_count = 2 WHERE id = $1', [minor]);
  const big = await post(giant);
  const small = await post(minor);
  await fanOutNext(options());
  expect(await listed(big)).toBe(0);
  expect(await listed(small)).toBe(followers.length);
  let steps = 0;
  while (await pushNextChunk(options())) steps++;
  expect(await listed(big)).toBe(followers.length);
  expect(steps).toBeGreaterThanOrEqual(followers.length / limits.chunkFollowers);
});

test('what is not in the lists yet is taken from the log, so that liveCursor may promise it', async () => {
  const page = { limit: 20, direction: 'forward', after: null, before: null } as const;
  const [reader = 0n] = followers;
  await home.pipeline.page(reader, page);
  const ofGiant = await post(giant);
  await fanOutNext(options());
  const ofMinor = await post(minor);
  expect(await listOf(reader)).not.toContain(ofGiant);
  const { entries, position } = await home.pipeline.page(reader, page);
  expect(entries.slice(0, 2).map(({ id }) => id)).toEqual([ofMinor, ofGiant]);
  expect(position.seq).toBe((await readLogHead(home.pool)).seq);
  await home.fanOut();
});

test('while too much of the log is not pushed, liveCursor promises only what is', async () => {
  const page = { limit: 20, direction: 'forward', after: null, before: null } as const;
  const [reader = 0n] = followers;
  const before = await home.pipeline.page(reader, page);
  await home.pool.query(
    `INSERT INTO timeline_event (seq, kind, author_id) SELECT seq + n, 'follow', $1
     FROM timeline_head, generate_series(1, $2) n`,
    [giant, tailEvents],
  );
  await home.pool.query('UPDATE timeline_head SET seq = seq + $1', [tailEvents]);
  const late = await post(minor);
  const { entries, position } = await home.pipeline.page(reader, page);
  expect(entries.map(({ id }) => id)).not.toContain(late);
  expect(position).toEqual(before.position);
  await home.fanOut();
  // What this process knows of the pushes is old by then, and it looks again.
  const after = await home.pipeline.page(reader, page);
  expect(after.entries[0]?.id).toBe(late);
  expect(after.position.seq).toBe(await readFanoutCursor(home.pool));
});

test('a worker that dies in the middle of a step repeats it, and nobody gets it twice', async () => {
  await home.pool.query('UPDATE account SET follower_count = 2 WHERE id = $1', [minor]);
  const id = await post(minor);
  await expect(fanOutNext(options(failing(3)))).rejects.toThrow('killed');
  await home.fanOut();
  for (const follower of followers) {
    expect((await listOf(follower))?.filter((entry) => entry === id)).toEqual([id]);
  }
});

test('a worker that dies in a chunk goes on from its checkpoint', async () => {
  const id = await post(giant);
  await fanOutNext(options());
  await pushNextChunk(options());
  const before = await listed(id);
  expect(before).toBe(limits.chunkFollowers);
  await pushNextChunk(options(failing(0)));
  const { rows } = await home.pool.query('SELECT attempts FROM fanout_chunk');
  expect(rows).toEqual([{ attempts: 1 }]);
  while (await pushNextChunk(options()));
  expect(await listed(id)).toBe(followers.length);
});

test('a chunk that keeps failing moves its readers, who rebuild with what they missed', async () => {
  const id = await post(giant);
  await fanOutNext(options());
  while (await pushNextChunk(options(failing(0))));
  expect(await listed(id)).toBe(0);
  for (const follower of followers) expect(await home.read(follower, 20)).toContain(id);
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

test('a fan-out that fails says how far it is behind, and one that has ended is behind no more', async () => {
  const lag = async () => (await fanoutLag.get()).values[0]?.value;
  await home.pool.query('UPDATE account SET follower_count = 2 WHERE id = $1', [minor]);
  await post(minor);
  await post(minor);
  const { databaseUrl, logger } = home;
  const loop = startFanout({ ...options(failing(0)), databaseUrl, logger });
  await expect.poll(lag).toBe(2);
  await loop.stop();
  expect(await lag()).toBe(0);
});
