import { afterAll, beforeAll, expect, it } from 'vitest';
import { purge } from '../src/housekeeping/purge.ts';
import { rollUpAll } from '../src/housekeeping/roll-up.ts';
import { createCast } from './support/cast.ts';
import { createPlatform, type Platform } from './support/platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await createPlatform();
});
afterAll(() => platform.close());

it('rolls counters up without changing what is read', async () => {
  const { alice, bob, carol } = await createCast(platform);
  await bob.to('follow', alice);
  await carol.to('follow', alice);
  await carol.to('unfollow', alice);
  const read = () => platform.run('{ user(handle: "alice") { followerCount followingCount } }');
  const before = await read();
  expect(before.data).toEqual({ user: { followerCount: 1, followingCount: 0 } });
  await Promise.all([rollUpAll(platform.database), rollUpAll(platform.database)]);
  expect(await platform.database.accountCountDelta.count()).toBe(0);
  expect(await read()).toEqual(before);
});

it('purges what has run out, and nothing else', async () => {
  const { database } = platform;
  await database.$executeRaw`INSERT INTO idempotency_key (viewer_id, mutation, key, input_hash, created_at)
    VALUES (1, 'm', 'old', '', now() - interval '2 days'), (1, 'm', 'new', '', now())`;
  const [oldest] = await database.session.findMany({ orderBy: { id: 'asc' } });
  await database.$executeRaw`UPDATE session SET expires_at = now() - interval '8 days' WHERE id = ${oldest?.id ?? 0n}`;
  const sessions = await database.session.count();
  await Promise.all([purge(database), purge(database)]);
  expect(await database.idempotencyKey.findMany({ select: { key: true } })).toEqual([{ key: 'new' }]);
  expect(await database.session.count()).toBe(sessions - 1);
});

it('makes the partitions of the days ahead', async () => {
  const partitions = async () => {
    const rows = await platform.database.$queryRaw<{ name: string }[]>`
      SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'outbox'::regclass ORDER BY 1`;
    return rows.map((row) => row.name);
  };
  const before = await partitions();
  await platform.database.$executeRawUnsafe(
    `DROP TABLE ${before.at(-1)}, ${before.at(-2)}, ${before.at(-3)}`,
  );
  await purge(platform.database);
  expect((await partitions()).length).toBeGreaterThanOrEqual(before.length - 1);
});
