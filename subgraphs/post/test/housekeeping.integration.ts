import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHousekeeping } from '../src/housekeeping/loop.ts';
import { rollUpCounts } from '../src/housekeeping/roll-up.ts';
import { forgetOldKeys, makePartitions } from '../src/housekeeping/upkeep.ts';
import { at, createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('rolling up changes no count, whoever else rolls up or likes meanwhile', async () => {
  const post = await world.say('bob', 'Count me');
  const count = async () =>
    at(await world.run('alice', `{ post(id: "${post}") { likeCount } }`), 'post.likeCount');
  await world.act('alice', 'likePost', post);
  await world.act('carol', 'likePost', post);
  const [first, second] = await Promise.all([rollUpCounts(world.database), rollUpCounts(world.database)]);
  expect(first + second).toBe(3); // two likes and one post of bob's
  expect(await count()).toBe(2);
  await Promise.all([rollUpCounts(world.database), world.act('alice', 'unlikePost', post)]);
  expect(await count()).toBe(1);
  await rollUpCounts(world.database);
  expect(await world.database.postCountDelta.count()).toBe(0);
  expect(await count()).toBe(1);
});

it('forgets keys that are old and no others', async () => {
  await world.say('alice', { text: 'Old', idempotencyKey: 'old' });
  await world.say('alice', { text: 'New', idempotencyKey: 'new' });
  await world.database
    .$executeRaw`UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE key = 'old'`;
  expect(await forgetOldKeys(world.database)).toBe(1);
  expect(await world.database.idempotencyKey.findMany({ select: { key: true } })).toEqual([{ key: 'new' }]);
});

it('makes the partitions of the time to come, as often as it is asked', async () => {
  await world.database.$executeRawUnsafe(dropAhead);
  const partitions = async () => {
    const [{ count }] = await world.database.$queryRaw<[{ count: bigint }]>`
      SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox'::regclass`;
    return count;
  };
  const before = await partitions();
  await Promise.all([makePartitions(world.database), makePartitions(world.database)]);
  expect(await partitions()).toBe(before + 1n);
});

const dropAhead = `DO $$ BEGIN EXECUTE 'DROP TABLE outbox_p'
  || to_char((now() + interval '20 days') AT TIME ZONE 'UTC', 'YYYYMMDD'); END $$`;

it('makes a month of posts while somebody reads and writes them', async () => {
  const client = new pg.Client({ connectionString: world.databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query('UPDATE post SET version = version WHERE id = 0');
  await client.query('SELECT count(*) FROM post');
  const [{ made }] = await world.database.$queryRaw<[{ made: number }]>`
    SELECT ensure_id_partitions('post', now() + interval '3 years', 2) AS made
    FROM (SELECT set_config('lock_timeout', '5s', true)) AS impatient`;
  expect(made).toBe(2);
  await client.query('COMMIT');
  await client.end();
});

it('runs by itself until it is stopped', async () => {
  const post = await world.say('bob', 'By itself');
  await world.act('alice', 'likePost', post);
  const housekeeping = startHousekeeping(world.database, world.services.trendKeeper, world.logger);
  while ((await world.database.postCountDelta.count()) > 0) await sleep(10);
  await housekeeping.stop();
  await world.act('carol', 'likePost', post);
  expect(await world.database.postCountDelta.count()).toBe(1);
});
