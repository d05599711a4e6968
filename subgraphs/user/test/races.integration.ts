import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { rollUpAll, rollUpCounters } from '../src/housekeeping/roll-up.ts';
import { type Actor, createCast, enter } from './support/cast.ts';
import { createPlatform, type Platform, untilRedisIsUp, userIdOf } from './support/platform.ts';

let platform: Platform;
let alice: Actor;
let bob: Actor;
let carol: Actor;

beforeAll(async () => {
  platform = await createPlatform();
  await untilRedisIsUp(platform.redis);
  ({ alice, bob, carol } = await createCast(platform));
});
afterAll(() => platform.close());
beforeEach(async () => {
  for (const table of ['follow', 'block', 'outbox', 'account_count', 'account_count_delta']) {
    await platform.database.$executeRawUnsafe(`DELETE FROM ${table}`);
  }
});

/** Every follow's last event says what its row says, versions have no gap, and counters equal the rows. */
async function expectConsistent() {
  const broken = await platform.database.$queryRaw`
    WITH told AS (
      SELECT aggregateid, count(*) AS events, max(version) AS newest, min(version) AS oldest,
        (array_agg(payload ->> 'state' ORDER BY version DESC))[1] AS state
      FROM outbox WHERE aggregatetype = 'follow' GROUP BY 1)
    SELECT f.*, told.* FROM follow f LEFT JOIN told ON told.aggregateid = f.follower_id || ':' || f.followee_id
    WHERE told.aggregateid IS NOT NULL AND (told.state <> f.state OR told.newest <> f.version
        OR told.events <> told.newest - told.oldest + 1)
      OR told.aggregateid IS NULL AND f.state <> 'removed'`;
  expect(broken).toEqual([]);
  const counts = await platform.database.$queryRaw`
    SELECT a.handle,
      coalesce((SELECT follower_count FROM account_count c WHERE c.account_id = a.id), 0)
        + coalesce((SELECT sum(follower_delta) FROM account_count_delta d WHERE d.account_id = a.id), 0) AS counted,
      (SELECT count(*) FROM follow f WHERE f.followee_id = a.id AND f.state = 'active') AS rows
    FROM account a`;
  for (const { counted, rows } of counts as { counted: unknown; rows: unknown }[]) {
    expect(Number(counted)).toBe(Number(rows));
  }
}

it('follows and unfollows of one pair, two hundred rounds at once, end consistent', async () => {
  const done = new AbortController();
  const rollUps = (async () => {
    while (!done.signal.aborted) await rollUpCounters(platform.database);
  })();
  for (let round = 0; round < 200; round++) {
    await Promise.all([
      alice.to('followUser', bob),
      alice.to('unfollowUser', bob),
      alice.to('followUser', bob),
      bob.to('removeFollower', alice),
    ]);
  }
  done.abort();
  await rollUps;
  await expectConsistent();
  await rollUpAll(platform.database);
  await expectConsistent();
});

it('a follow and a block at once never both hold', async () => {
  let ended = 0;
  for (let round = 0; round < 100; round++) {
    await Promise.all([alice.to('followUser', bob), bob.to('followUser', alice), bob.to('blockUser', alice)]);
    const [row] = await platform.database.$queryRaw<{ follows: number; ended: number }[]>`
      SELECT count(*) FILTER (WHERE state <> 'removed')::int AS follows,
        count(*) FILTER (WHERE version > 1)::int AS ended FROM follow`;
    expect(row?.follows).toBe(0);
    ended += row?.ended ?? 0;
    await bob.to('unblockUser', alice);
  }
  expect(ended).toBeGreaterThan(0);
  await expectConsistent();
});

/** Runs `statements` in a transaction, lets `meanwhile` wait for its locks, and commits then. */
async function holdingUp<T>(statements: string[], meanwhile: () => Promise<T>): Promise<T> {
  const { promise: isLocked, resolve: lock } = Promise.withResolvers<void>();
  const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>();
  const first = platform.database.$transaction(
    async (transaction) => {
      for (const statement of statements) await transaction.$executeRawUnsafe(statement);
      lock();
      await mayCommit;
    },
    { maxWait: 20_000, timeout: 20_000 },
  );
  await isLocked;
  const second = meanwhile();
  await untilSomebodyWaits();
  commit();
  await first;
  return second;
}

async function follows(): Promise<number> {
  return platform.database.follow.count({ where: { state: { not: 'removed' } } });
}

it('a follow that waited for a block sees it', async () => {
  await alice.to('followUser', bob);
  await alice.to('unfollowUser', bob);
  const [a, b] = [userIdOf(alice.id), userIdOf(bob.id)];
  const blocking = [
    `SELECT FROM follow WHERE follower_id = ${a} FOR UPDATE`,
    `INSERT INTO block (blocker_id, blocked_id, active) VALUES (${b}, ${a}, true)`,
  ];
  expect(await holdingUp(blocking, () => alice.to('followUser', bob))).toEqual(['NotFound']);
  expect(await follows()).toBe(0);
  await expectConsistent();
});

it('a block that waited for a follow ends it', async () => {
  const [a, b] = [userIdOf(alice.id), userIdOf(bob.id)];
  const following = [`INSERT INTO follow (follower_id, followee_id, state) VALUES (${a}, ${b}, 'active')`];
  expect(await holdingUp(following, () => bob.to('blockUser', alice))).toEqual([]);
  expect(await follows()).toBe(0);
});

it('a follow that waited sees that the account became private', async () => {
  await alice.to('followUser', bob);
  await alice.to('unfollowUser', bob);
  const [a, b] = [userIdOf(alice.id), userIdOf(bob.id)];
  const hiding = [
    `SELECT FROM follow WHERE follower_id = ${a} FOR UPDATE`,
    `UPDATE account SET is_private = true WHERE id = ${b}`,
  ];
  expect(await holdingUp(hiding, () => alice.to('followUser', bob))).toEqual([]);
  expect(await platform.database.follow.findMany({ select: { state: true } })).toEqual([
    { state: 'requested' },
  ]);
  await platform.database.$executeRaw`UPDATE account SET is_private = false`;
});

it('two who block each other at once do not deadlock', async () => {
  for (let round = 0; round < 30; round++) {
    await Promise.all([
      alice.to('blockUser', carol),
      carol.to('blockUser', alice),
      carol.to('followUser', alice),
    ]);
    await Promise.all([alice.to('unblockUser', carol), carol.to('unblockUser', alice)]);
    await Promise.all([alice.to('unblockUser', carol), carol.to('unblockUser', alice)]);
  }
  const [{ open } = { open: -1 }] = await platform.database.$queryRaw<{ open: number }[]>`
    SELECT count(*)::int AS open FROM block WHERE active`;
  expect(open).toBe(0);
});

it('many who follow one person at once are all counted', async () => {
  const fans = await Promise.all([...'abcdefghjk'].map((letter) => enter(platform, `fan_${letter}`)));
  await Promise.all(fans.map((fan) => fan.to('followUser', carol)));
  const { data } = await platform.run('{ user(handle: "carol") { followerCount } }');
  expect(data).toEqual({ user: { followerCount: 10 } });
  await expectConsistent();
});

async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const [row] = await platform.database.$queryRaw<{ waiting: number }[]>`
      SELECT count(*)::int AS waiting FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    if (row && row.waiting > 0) return;
  }
}
