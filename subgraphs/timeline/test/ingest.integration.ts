import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
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
  await Promise.all(batches.map(async (batch) => heads.push(await home.apply(batch))));
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

test('a snapshot is the truth: what it does not name goes, older versions replace newer ones', async () => {
  const [a = 0n, b = 0n, c = 0n] = town.people;
  await home.apply([
    ...town.follow(a, b),
    ...town.unfollow(a, b),
    ...town.follow(a, b),
    ...town.follow(a, c),
  ]);
  await home.apply(town.post(b));
  const epochBefore = await home.pool.query('SELECT incarnation FROM timeline_head');
  const restored = { ...town.follow(c, b)[0], version: 1n } as IncomingChange;
  await home.apply([restored], { kind: 'snapshot', aggregate: 'follow', after: null, through: null });
  const follows = await home.pool.query('SELECT follower_id, followee_id, active FROM follow');
  expect(follows.rows).toEqual([{ follower_id: c, followee_id: b, active: true }]);
  const readers = await home.pool.query('SELECT id, followee_count FROM reader ORDER BY id');
  expect(readers.rows).toEqual([
    { id: a, followee_count: 0 },
    { id: c, followee_count: 1 },
  ]);
  await home.apply([], { kind: 'snapshot', aggregate: 'post', after: null, through: null });
  expect((await home.pool.query('SELECT FROM post_ref')).rowCount).toBe(0);
  expect((await home.pool.query('SELECT incarnation FROM timeline_head')).rows).not.toEqual(epochBefore.rows);
});

test('a page of a snapshot speaks only of its own range', async () => {
  const [a = 0n, b = 0n, c = 0n, d = 0n] = town.people;
  await home.apply([...town.follow(a, b), ...town.follow(b, c), ...town.follow(c, d)]);
  const range = { after: `${a}:${b}`, through: `${b}:${c}` };
  await home.apply([], { kind: 'snapshot', aggregate: 'follow', ...range });
  const { rows } = await home.pool.query('SELECT follower_id FROM follow ORDER BY follower_id');
  expect(rows).toEqual([{ follower_id: a }, { follower_id: c }]);
});
