import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Actor, enter } from './support/cast.ts';
import { createPlatform, type Platform, untilRedisIsUp, userIdOf } from './support/platform.ts';

const maxFollowing = 3;
let platform: Platform;
let alice: Actor;
let others: Actor[];

beforeAll(async () => {
  platform = await createPlatform({ relations: { maxFollowing } });
  await untilRedisIsUp(platform.redis);
  alice = await enter(platform, 'alice');
  others = await Promise.all(Array.from({ length: 8 }, (_each, number) => enter(platform, `other${number}`)));
});
afterAll(() => platform.close());
beforeEach(async () => {
  for (const table of ['follow', 'outbox', 'account_count', 'account_count_delta']) {
    await platform.database.$executeRawUnsafe(`DELETE FROM ${table}`);
  }
  await platform.database.account.updateMany({ data: { isPrivate: false } });
});

/** How many alice follows, by the rows and by what was counted. */
async function following(): Promise<number> {
  const rows = await platform.database.follow.count({
    where: { followerId: userIdOf(alice.id), state: 'active' },
  });
  const { data } = await alice.run('{ user(handle: "alice") { followingCount } }');
  expect(data?.['user']).toEqual({ followingCount: rows });
  return rows;
}

async function becomePrivate(people: readonly Actor[], isPrivate = true): Promise<void> {
  for (const person of people) {
    await person.run(`mutation { updateProfile(input: { isPrivate: ${isPrivate} }) { errors { message } } }`);
  }
}

async function followAsManyAsMayBe(): Promise<void> {
  for (const other of others.slice(0, maxFollowing)) expect(await alice.to('followUser', other)).toEqual([]);
}

it('who follows as many as one may is told so, until somebody goes', async () => {
  await followAsManyAsMayBe();
  const [first, , , another] = others;
  if (!first || !another) throw new Error('too few people');
  const { data } = await alice.run(
    `mutation ($id: ID!) { followUser(input: { userId: $id }) {
      user { id } errors { __typename message ... on LimitReached { limit } } } }`,
    { id: another.id },
  );
  expect(data?.['followUser']).toEqual({
    user: null,
    errors: [
      { __typename: 'LimitReached', message: 'You follow 3 people, and nobody can follow more.', limit: 3 },
    ],
  });
  // Doing again what is done already is no more than before.
  expect(await alice.to('followUser', first)).toEqual([]);
  expect(await following()).toBe(maxFollowing);

  await alice.to('unfollowUser', first);
  expect(await alice.to('followUser', another)).toEqual([]);
  expect(await alice.to('followUser', first)).toEqual(['LimitReached']);
  expect(await following()).toBe(maxFollowing);
});

it('a request that is accepted counts, and stays while there is no room for it', async () => {
  const [bob, carol] = others.slice(maxFollowing);
  if (!bob || !carol) throw new Error('too few people');
  await becomePrivate([bob, carol]);
  expect(await alice.to('followUser', bob)).toEqual([]);
  await followAsManyAsMayBe();
  expect(await alice.to('followUser', carol)).toEqual(['LimitReached']);
  expect(await alice.to('followUser', bob)).toEqual([]);
  expect(await bob.to('acceptFollowRequest', alice)).toEqual(['LimitReached']);
  expect(await carol.to('acceptFollowRequest', alice)).toEqual(['Conflict']);
  expect(await following()).toBe(maxFollowing);

  // A request made again is a follow once the account is public.
  await becomePrivate([bob], false);
  expect(await alice.to('followUser', bob)).toEqual(['LimitReached']);
  await alice.to('unfollowUser', others[0] ?? bob);
  expect(await bob.to('acceptFollowRequest', alice)).toEqual([]);
  expect(await following()).toBe(maxFollowing);
});

it('follows and accepted requests at once do not get past it', async () => {
  const asked = others.slice(0, 4);
  await becomePrivate(asked);
  for (const other of asked) expect(await alice.to('followUser', other)).toEqual([]);
  for (let round = 0; round < 20; round++) {
    const outcomes = await Promise.all([
      ...others.slice(4).map((other) => alice.to('followUser', other)),
      ...asked.map((other) => other.to('acceptFollowRequest', alice)),
    ]);
    expect(outcomes.filter((errors) => errors.length === 0)).toHaveLength(maxFollowing);
    expect(new Set(outcomes.flat())).toEqual(new Set(['LimitReached']));
    expect(await following()).toBe(maxFollowing);
    await platform.database.$executeRaw`
      UPDATE follow SET state = CASE WHEN followee_id = ANY (${asked.map(({ id }) => userIdOf(id))}) THEN 'requested' ELSE 'removed' END`;
    await platform.database.$executeRaw`DELETE FROM account_count_delta`;
  }
});
