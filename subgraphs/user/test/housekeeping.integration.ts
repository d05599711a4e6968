import { afterAll, beforeAll, expect, it } from 'vitest';
import { endMutes } from '../src/housekeeping/end-mutes.ts';
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
  await bob.to('followUser', alice);
  await carol.to('followUser', alice);
  await carol.to('unfollowUser', alice);
  const read = () => platform.run('{ user(handle: "alice") { followerCount followingCount } }');
  const before = await read();
  expect(before.data).toEqual({ user: { followerCount: 1, followingCount: 0 } });
  await Promise.all([rollUpAll(platform.database), rollUpAll(platform.database)]);
  expect(await platform.database.accountCountDelta.count()).toBe(0);
  expect(await read()).toEqual(before);
});

it('purges what has run out, however much it is, and nothing else', async () => {
  const { database } = platform;
  const [oldest] = await database.session.findMany({ orderBy: { id: 'asc' } });
  const sessions = await database.session.count();
  await database.$executeRaw`INSERT INTO session (account_id, token_hash, expires_at)
    SELECT ${oldest?.accountId ?? 0n}, '', now() - interval '8 days' FROM generate_series(1, 25)`;
  await database.$executeRaw`INSERT INTO resting_handle (handle, account_id, rests_until)
    SELECT 'past' || n, 1, now() - interval '1 second' FROM generate_series(1, 12) n`;
  await database.$executeRaw`INSERT INTO resting_handle VALUES ('still', 1, now() + interval '1 day')`;
  await purge(database, { rowsAtOnce: 10, statementsAtOnce: 2 });
  expect(await database.session.count()).toBe(sessions + 5);
  await Promise.all([purge(database, { rowsAtOnce: 10, statementsAtOnce: 100 }), purge(database)]);
  // Where each found the other at it, something is left for the next turn.
  await purge(database);
  expect(await database.session.count()).toBe(sessions);
  expect(await database.restingHandle.findMany({ select: { handle: true } })).toEqual([{ handle: 'still' }]);
});

it('ends mutes whose time has come, once, with an event each, and no other', async () => {
  const { database } = platform;
  const [dora, erik, fred, gerd] = [901n, 902n, 903n, 904n];
  await database.$executeRaw`INSERT INTO mute (muter_id, muted_id, active, until) VALUES
    (${dora}, ${erik}, true, now() - interval '1 second'), (${dora}, ${fred}, true, now() - interval '1 hour'),
    (${dora}, ${gerd}, true, now() + interval '1 hour'), (${gerd}, ${dora}, true, NULL),
    (${erik}, ${dora}, false, now() - interval '1 hour')`;
  const ended = await Promise.all([1, 2, 3].map(() => endMutes(database, { atOnce: 1, statements: 5 })));
  expect(ended.reduce((sum, count) => sum + count, 0)).toBe(2);
  const left = await database.mute.findMany({ where: { active: true }, orderBy: { muterId: 'asc' } });
  expect(left.map(({ mutedId, muterId }) => [muterId, mutedId])).toEqual([
    [dora, gerd],
    [gerd, dora],
  ]);
  const events =
    await database.$queryRaw`SELECT payload->>'mutedId' AS id, payload->>'active' AS active, version
    FROM outbox WHERE type = 'mute.changed' ORDER BY payload->>'mutedId'`;
  expect(events).toEqual([
    { id: '902', active: 'false', version: 2n },
    { id: '903', active: 'false', version: 2n },
  ]);
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
