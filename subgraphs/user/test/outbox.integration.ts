import { aggregateTypeOf, eventPayloads, type EventType } from '@murmuration/events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hintChannel } from '@murmuration/events';
import { type Actor, createCast, enter } from './support/cast.ts';
import { createPlatform, type Platform, untilRedisIsUp, userIdOf, nobody } from './support/platform.ts';

let platform: Platform;
let alice: Actor;
let bob: Actor;

beforeAll(async () => {
  platform = await createPlatform({ relationLeaseMs: 1 });
  await untilRedisIsUp(platform.redis);
  ({ alice, bob } = await createCast(platform));
});
afterAll(() => platform.close());

interface Row {
  aggregatetype: string;
  aggregateid: string;
  type: EventType;
  version: bigint;
  payload: Record<string, unknown>;
}

it('every event says what the catalogue says it says', async () => {
  for (const mutation of [
    'followUser',
    'unfollowUser',
    'muteUser',
    'unmuteUser',
    'blockUser',
    'unblockUser',
  ]) {
    expect(await alice.to(mutation, bob)).toEqual([]);
  }
  await alice.run('mutation { updateProfile(input: { isPrivate: true, bio: "hello" }) { user { id } } }');
  await platform.services.suspension.set(userIdOf(bob.id), true, nobody);
  const rows = await platform.database.$queryRaw<Row[]>`
    SELECT aggregatetype, aggregateid, type, version, payload FROM outbox ORDER BY id`;
  for (const row of rows) {
    expect(eventPayloads[row.type].strict().safeParse(row.payload).error).toBeUndefined();
    expect(row.aggregatetype).toBe(aggregateTypeOf(row.type));
  }
  expect(new Set(rows.map((row) => row.type))).toEqual(
    new Set(['account.changed', 'follow.changed', 'mute.changed', 'block.changed', 'session.ended']),
  );
  const [a, b] = [userIdOf(alice.id).toString(), userIdOf(bob.id).toString()];
  const of = (id: string) => rows.filter((row) => row.aggregateid === id).map((row) => row.version);
  expect(of(a)).toEqual([1n, 2n]);
  expect(of(b)).toEqual([1n, 2n]);
  expect(rows.findLast(({ type }) => type === 'account.changed')?.payload).toEqual({
    userId: b,
    handle: 'bob',
    isPrivate: false,
    isSuspended: true,
    wasPrivate: false,
    wasSuspended: false,
  });
});

it('what hides somebody says what stood before', async () => {
  const [carol, dave] = await Promise.all([enter(platform, 'erin'), enter(platform, 'dave')]);
  const wereOf = async (type: EventType, key: string) => {
    const rows = await platform.database.$queryRaw<{ payload: Record<string, unknown> }[]>`
      SELECT payload FROM outbox WHERE type = ${type} AND aggregateid = ${key} ORDER BY id`;
    return rows.map(({ payload }) =>
      Object.fromEntries(Object.entries(payload).filter(([name]) => name.startsWith('was'))),
    );
  };
  const [c, d] = [userIdOf(carol.id), userIdOf(dave.id)];
  await carol.to('followUser', dave);
  await carol.to('unfollowUser', dave);
  await carol.to('followUser', dave);
  await dave.to('blockUser', carol);
  await dave.to('unblockUser', carol);
  await dave.run('mutation { updateProfile(input: { isPrivate: true }) { user { id } } }');
  await carol.to('followUser', dave);
  await dave.to('declineFollowRequest', carol);
  expect(await wereOf('follow.changed', `${c}:${d}`)).toEqual([
    {},
    { wasActive: true },
    {},
    { wasActive: true },
    {},
    { wasActive: false },
  ]);
  await dave.run('mutation { updateProfile(input: { bio: "again" }) { user { id } } }');
  await platform.services.suspension.set(d, true, nobody);
  await platform.services.suspension.set(d, false, nobody);
  expect(await wereOf('account.changed', `${d}`)).toEqual([
    {},
    { wasPrivate: false, wasSuspended: false },
    { wasPrivate: true, wasSuspended: false },
    { wasPrivate: true, wasSuspended: false },
    { wasPrivate: true, wasSuspended: true },
  ]);
});

it('a change of nothing writes nothing', async () => {
  const count = () => platform.database.$queryRaw`SELECT count(*)::int AS n FROM outbox`;
  const before = await count();
  const { data } = await alice.run(
    'mutation { updateProfile(input: { isPrivate: true, bio: "hello", handle: null }) { user { bio } errors { message } } }',
  );
  expect(data).toEqual({ updateProfile: { user: { bio: 'hello' }, errors: [] } });
  expect(await count()).toEqual(before);
});

it('a handle changes within the rules, to one’s own spelling too', async () => {
  const rename = async (handle: string) => {
    const { data } = await alice.run(
      'mutation ($h: String) { updateProfile(input: { handle: $h }) { user { handle } errors { __typename } } }',
      { h: handle },
    );
    return data?.['updateProfile'];
  };
  expect(await rename('B0B')).toEqual({ user: null, errors: [{ __typename: 'Conflict' }] });
  expect(await rename('x')).toEqual({ user: null, errors: [{ __typename: 'ValidationError' }] });
  expect(await rename('Al_Ice')).toEqual({ user: { handle: 'Al_Ice' }, errors: [] });
  expect((await platform.run('{ user(handle: "@AL_ICE") { handle } }')).data).toEqual({
    user: { handle: 'Al_Ice' },
  });
});

it('wakes the readers of the feed after a commit', async () => {
  const subscriber = platform.redis.client.duplicate({ enableOfflineQueue: true });
  await subscriber.subscribe(hintChannel('user'));
  const heard = new Promise((resolve) => subscriber.on('message', resolve));
  await alice.run('mutation { updateProfile(input: { bio: "anew" }) { user { id } } }');
  expect(await heard).toBe(hintChannel('user'));
  subscriber.disconnect();
});
