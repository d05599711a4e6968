import { beginRebuilding, endRebuilding } from '../src/log/head.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sweepProjection } from '../src/ingest/apply.ts';
import type { IncomingChange } from '../src/ingest/changes.ts';
import { act, actsOf } from './support/acts.ts';
import { openHome, type TestHome } from './support/home.ts';
import { createTown, type Town } from './support/town.ts';

let town: Town;
let home: TestHome;
beforeEach(async () => {
  town = createTown(5);
  home = await openHome(town);
});
afterEach(() => home.close());

/** Everything that is projected, without the log and what depends on the order of arrival. */
async function projection() {
  const statements = [
    'SELECT id, is_private, is_suspended, version, follower_count FROM account ORDER BY id',
    'SELECT follower_id, followee_id, active, version FROM follow ORDER BY 1, 2',
    'SELECT * FROM block ORDER BY 1, 2',
    'SELECT * FROM mute ORDER BY 1, 2',
    'SELECT * FROM post_ref ORDER BY id',
    'SELECT * FROM repost_ref ORDER BY 1, 2',
    'SELECT id, followee_count FROM reader WHERE followee_count > 0 ORDER BY id',
  ];
  return Promise.all(statements.map(async (sql) => (await home.pool.query(sql)).rows));
}

async function history(): Promise<IncomingChange[]> {
  const [acts = []] = fc.sample(actsOf(5, 120), { numRuns: 1 });
  return [
    ...town.people.flatMap((person) => town.setAccount(person, {})),
    ...acts.flatMap((one) => act(town, one)),
  ];
}

test('in any order, in any batches, some of it twice, the same history ends at the same projection', async () => {
  const changes = await history();
  await home.apply(changes);
  const expected = await projection();
  for (let round = 0; round < 5; round++) {
    await home.pool.query(
      'TRUNCATE account, follow, block, mute, post_ref, repost_ref, reader, timeline_event',
    );
    const shuffled = [...changes, ...changes.slice(0, 40)]
      .map((change) => ({ change, place: Math.random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ change }) => change);
    while (shuffled.length > 0) await home.apply(shuffled.splice(0, 1 + Math.floor(Math.random() * 30)));
    expect(await projection()).toEqual(expected);
  }
});

test('writers that race leave a log without gaps, each batch in one piece', async () => {
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  const [a = 0n, b = 0n] = town.people;
  const batches = Array.from({ length: 60 }, (_, index) => [
    ...town.post(index % 2 ? a : b),
    ...town.post(index % 2 ? a : b),
  ]);
  const heads: bigint[] = [];
  const left = [...batches];
  const write = async () => {
    for (let batch = left.shift(); batch; batch = left.shift()) heads.push(await home.apply(batch));
  };
  // As many as there are connections: more would wait for one, on a busy machine longer than any may.
  await Promise.all(Array.from({ length: 8 }, write));
  const { rows } = await home.pool.query<{ seq: bigint }>('SELECT seq FROM timeline_event ORDER BY seq');
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, index) => BigInt(index + 1)));
  const ends = heads.map(Number).sort((x, y) => x - y);
  expect(ends).toEqual(batches.map((_batch, index) => 2 * index + 2));
});

test('a batch that fails takes nothing from the log', async () => {
  const [a = 0n] = town.people;
  await home.apply(town.post(a));
  const unknown = { ...town.post(a)[0], version: -1n } as IncomingChange;
  const broken = { ...unknown, payload: { ...unknown.payload, authorId: 'nobody' } } as IncomingChange;
  await expect(home.apply([...town.post(a), broken])).rejects.toThrow();
  await home.apply(town.post(a));
  const { rows } = await home.pool.query<{ seq: bigint }>('SELECT seq FROM timeline_event ORDER BY seq');
  expect(rows.map(({ seq }) => seq)).toEqual([1n, 2n]);
});

/** What a backfill leaves of a table that holds none of what its pages named. */
async function sweepAll(aggregate: string, generation: bigint, limit = 1_000): Promise<number> {
  let removed = 0;
  for (let after: string | null = null; ; ) {
    const swept = await sweepProjection(home.pool, { aggregate, generation, after, limit });
    removed += swept.removed;
    after = swept.next;
    if (after === null) return removed;
  }
}

test('a backfill is the truth: older versions replace newer ones, and what it does not name goes', async () => {
  const [a = 0n, b = 0n, c = 0n] = town.people;
  await home.apply([
    ...town.follow(a, b),
    ...town.unfollow(a, b),
    ...town.follow(a, b),
    ...town.follow(a, c),
  ]);
  await home.apply([...town.follow(b, c), ...town.post(b)]);
  const incarnationOf = async () => (await home.pool.query('SELECT incarnation FROM timeline_head')).rows[0];
  const before = await incarnationOf();
  await beginRebuilding(home.pool);
  const generation = 1n;
  const restored = [
    { ...town.unfollow(b, c)[0], version: 1n } as IncomingChange,
    { ...town.follow(c, b)[0], version: 1n } as IncomingChange,
  ];
  await home.apply(restored, { kind: 'snapshot', aggregate: 'follow', generation });
  // An event of the restored feed counts over the lost ones, whatever their version was.
  await home.apply([{ ...town.follow(c, a)[0], version: 1n } as IncomingChange], {
    kind: 'feed',
    generation,
  });
  expect(await sweepAll('follow', generation, 2)).toBe(2);
  const follows = await home.pool.query('SELECT follower_id, followee_id, active FROM follow ORDER BY 1, 2');
  expect(follows.rows).toEqual([
    { follower_id: b, followee_id: c, active: false },
    { follower_id: c, followee_id: a, active: true },
    { follower_id: c, followee_id: b, active: true },
  ]);
  const readers = await home.pool.query('SELECT id, followee_count FROM reader ORDER BY id');
  expect(readers.rows).toEqual([
    { id: a, followee_count: 0 },
    { id: b, followee_count: 0 },
    { id: c, followee_count: 2 },
  ]);
  expect(await sweepAll('post', generation)).toBe(1);
  expect((await home.pool.query('SELECT FROM post_ref')).rowCount).toBe(0);
  expect(await incarnationOf()).toEqual(before);
  await endRebuilding(home.pool);
  expect(await incarnationOf()).not.toEqual(before);
});

test('accounts that are gone at their owner go, too', async () => {
  const [a = 0n, b = 0n] = town.people;
  await home.apply([...town.setAccount(a, {}), ...town.setAccount(b, { isPrivate: true })]);
  const kept = town.setAccount(a, {});
  await home.apply(kept, { kind: 'snapshot', aggregate: 'account', generation: 1n });
  expect(await sweepAll('account', 1n)).toBe(1);
  expect((await home.pool.query('SELECT id FROM account')).rows).toEqual([{ id: a }]);
});

test('while a backfill goes on no cached list is believed, and one that changed nothing resets nobody', async () => {
  const [a = 0n, b = 0n] = town.people;
  await home.apply(town.people.flatMap((person) => town.setAccount(person, {})));
  await home.apply([...town.follow(a, b), ...town.post(b)]);
  await home.fanOut();
  await home.read(a, 20);
  const before = await home.pool.query('SELECT incarnation FROM timeline_head');
  await beginRebuilding(home.pool);
  // Straight into the table, as a page of a snapshot would: no list knows of it.
  await home.pool.query('UPDATE post_ref SET is_deleted = true');
  await home.pool.query(
    'INSERT INTO post_ref (id, author_id, visibility, is_deleted, version) SELECT id + 1, author_id, visibility, false, 1 FROM post_ref',
  );
  expect(await home.read(a, 20)).toHaveLength(1);
  await endRebuilding(home.pool);
  expect((await home.pool.query('SELECT incarnation FROM timeline_head')).rows).toEqual(before.rows);
});

test('the projection takes posts of all times', async () => {
  const { rows } = await home.pool.query<{ first: string }>(
    `SELECT min(substring(c.relname FROM 'p(\\d{6})$')) AS first FROM pg_inherits i
     JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'post_ref'::regclass`,
  );
  expect(rows[0]?.first).toBe('202501');
});
