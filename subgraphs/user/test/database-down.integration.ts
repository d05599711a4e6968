import { createGate, type Gate } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Actor, createCast } from './support/cast.ts';
import { createPlatform, type Platform, untilRedisIsUp } from './support/platform.ts';

let gate: Gate;
let platform: Platform;
let admin: pg.Client;
let alice: Actor;
let bob: Actor;
beforeAll(async () => {
  platform = await createPlatform({
    async throughGate(url) {
      gate = await createGate(url);
      return gate.url;
    },
  });
  await untilRedisIsUp(platform.redis);
  ({ alice, bob } = await createCast(platform));
  admin = new pg.Client({ connectionString: platform.databaseUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await platform.close();
  await gate.close();
});

const change = (name: string) =>
  `mutation ($id: ID!) { ${name}(input: { userId: $id }) { user { id } errors { __typename } } }`;
const code = async (name: string) => (await alice.run(change(name), { id: bob.id })).errors?.[0]?.code;

/** Sent again as apps do; connections that broke beside the one may not have been noticed yet. */
const sentAgain = (name: string) => expect.poll(() => code(name)).toBe(undefined);

/** Whose connection breaks at a statement: before the server has it, or right behind its answer, which may be the last. */
async function broken(name: string, statement: string, when: 'asked' | 'answered') {
  gate.cutAt(statement, when);
  const told = await code(name);
  if (when === 'asked') expect(told).toBe('DOWNSTREAM_ERROR');
  else expect([undefined, 'DOWNSTREAM_ERROR']).toContain(told);
  await sentAgain(name);
}

it.each(
  ['BEGIN', 'INSERT INTO follow', 'WITH old AS', 'COMMIT'].flatMap((statement) =>
    (['asked', 'answered'] as const).map((when) => [statement, when] as const),
  ),
)(
  'a block whose connection breaks at %s, %s, may be sent again and is there once',
  async (statement, when) => {
    await broken('blockUser', statement, when);
    const blocks = await admin.query('SELECT active FROM block');
    expect(blocks.rows).toEqual([{ active: true }]);
    await sentAgain('unblockUser');
  },
);

it.each([
  ['followUser', 'INSERT INTO follow'],
  ['unfollowUser', 'UPDATE follow'],
  ['muteUser', 'INTO mute'],
  ['unmuteUser', 'UPDATE mute'],
])('so it is with %s', async (name, statement) => {
  for (const when of ['asked', 'answered'] as const) await broken(name, statement, when);
});

it('a block that the server ends in favour of another transaction is tried again, and nobody notices', async () => {
  const [one, other] = [BigInt(await numberOf('alice')), BigInt(await numberOf('bob'))].sort((a, b) =>
    a < b ? -1 : 1,
  );
  const lock = (follower: bigint | undefined) =>
    admin.query('SELECT FROM follow WHERE follower_id = $1 FOR UPDATE', [String(follower)]);
  expect(await code('blockUser')).toBe(undefined);
  // The one that looks last ends the other: the block looks after a second, this one not at all.
  await admin.query(`BEGIN; SET LOCAL deadlock_timeout = '60s'`);
  await lock(other);
  const blocking = code('blockUser');
  await expect.poll(async () => (await admin.query(waitingSql)).rows).toEqual([{ waiting: 1 }]);
  const before = await deadlocks();
  await lock(one);
  await admin.query('COMMIT');
  expect(await blocking).toBe(undefined);
  await expect.poll(deadlocks).toBe(before + 1);
});

const waitingSql = `SELECT count(*)::int AS waiting FROM pg_stat_activity
  WHERE wait_event_type = 'Lock' AND datname = current_database()`;

async function deadlocks(): Promise<number> {
  const { rows } = await admin.query<{ deadlocks: number }>(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  return rows[0]?.deadlocks ?? 0;
}

async function numberOf(handle: string): Promise<string> {
  const { rows } = await admin.query<{ id: string }>('SELECT id::text FROM account WHERE handle = $1', [
    handle,
  ]);
  return rows[0]?.id ?? '';
}
