import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, createCast } from './support/cast.ts';
import { createPlatform, nobody, type Platform, userIdOf } from './support/platform.ts';

let platform: Platform;
let alice: Actor;
let bob: Actor;
let carol: Actor;

beforeAll(async () => {
  platform = await createPlatform();
  ({ alice, bob, carol } = await createCast(platform));
});
afterAll(() => platform.close());

beforeEach(async () => {
  for (const table of ['follow', 'block', 'mute', 'outbox', 'account_count', 'account_count_delta']) {
    await platform.database.$executeRawUnsafe(`DELETE FROM ${table}`);
  }
  await platform.database.$executeRaw`UPDATE account SET is_private = false`;
});

const relation = `isFollowing isFollowedBy hasRequestedFollow hasIncomingFollowRequest isBlocking isMuting`;

/** What the viewer and the person are to each other, as the names of what holds; null when unseen. */
async function seenBy(viewer: Actor, person: Actor): Promise<string[] | null> {
  const query = `query ($handle: String!) { user(handle: $handle) { viewerRelation { ${relation} } } }`;
  const { data } = await viewer.run(query, { handle: person.handle });
  const user = data?.['user'] as { viewerRelation: Record<string, boolean> } | null;
  return user && Object.keys(user.viewerRelation).filter((name) => user.viewerRelation[name]);
}

async function own(person: Actor, list: string): Promise<unknown> {
  const query = `{ viewer { list: ${list}(first: 5) { edges { node { handle } stub { id handle } } } } }`;
  const { data } = await person.run(query);
  const viewer = data?.['viewer'] as { list: { edges: unknown } };
  return viewer.list.edges;
}

async function counts(person: Actor): Promise<number[]> {
  const query = `query ($handle: String!) { user(handle: $handle) { followerCount followingCount } }`;
  const { data } = await platform.run(query, { handle: person.handle });
  const user = data?.['user'] as { followerCount: number; followingCount: number };
  return [user.followerCount, user.followingCount];
}

async function events(): Promise<string[]> {
  const rows = await platform.database.$queryRaw<{ type: string; version: bigint; payload: object }[]>`
    SELECT type, version, payload FROM outbox ORDER BY id`;
  return rows.map(({ type, version, payload }) => {
    const { state, active } = payload as { state?: string; active?: boolean };
    return `${type} v${version} ${state ?? active}`;
  });
}

const makePrivate = (person: Actor, isPrivate = true) =>
  person.run(
    'mutation ($p: Boolean!) { updateProfile(input: { isPrivate: $p }) { user { isPrivate } errors { message } } }',
    { p: isPrivate },
  );

describe('following', () => {
  it('is seen by both, counted once, told once', async () => {
    expect(await alice.to('followUser', bob)).toEqual([]);
    expect(await alice.to('followUser', bob)).toEqual([]);
    expect(await seenBy(alice, bob)).toEqual(['isFollowing']);
    expect(await seenBy(bob, alice)).toEqual(['isFollowedBy']);
    expect([await counts(alice), await counts(bob)]).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(await events()).toEqual(['follow.changed v1 active']);
  });

  it('ends, leaves a versioned tombstone, and may begin again', async () => {
    await alice.to('followUser', bob);
    await alice.to('unfollowUser', bob);
    expect(await alice.to('unfollowUser', bob)).toEqual([]);
    await alice.to('followUser', bob);
    expect(await events()).toEqual([
      'follow.changed v1 active',
      'follow.changed v2 removed',
      'follow.changed v3 active',
    ]);
    expect(await counts(bob)).toEqual([1, 0]);
  });

  it('is not for oneself, nobody, or what is no person', async () => {
    expect(await alice.to('followUser', alice)).toEqual(['NotAllowed']);
    expect(await alice.to('followUser', { id: 'usr_00000000001' })).toEqual(['NotFound']);
    expect(await alice.to('followUser', { id: bob.id.replace('usr', 'pst') })).toEqual(['ValidationError']);
    expect(await alice.to('followUser', { id: 'bob' })).toEqual(['ValidationError']);
    const anonymous = await platform.run(
      `mutation { followUser(input: { userId: "${bob.id}" }) { errors { message } } }`,
    );
    expect(anonymous.errors).toEqual([{ message: 'Sign in first.', code: 'UNAUTHENTICATED' }]);
    expect(await events()).toEqual([]);
  });

  it('lets go of a follower', async () => {
    await alice.to('followUser', bob);
    expect(await bob.to('removeFollower', alice)).toEqual([]);
    expect(await seenBy(alice, bob)).toEqual([]);
    expect(await counts(bob)).toEqual([0, 0]);
  });
});

describe('a private account', () => {
  it('is asked, and accepts or declines', async () => {
    await makePrivate(bob);
    await alice.to('followUser', bob);
    await carol.to('followUser', bob);
    expect(await seenBy(alice, bob)).toEqual(['hasRequestedFollow']);
    expect(await seenBy(bob, alice)).toEqual(['hasIncomingFollowRequest']);
    expect(await counts(bob)).toEqual([0, 0]);

    expect(await bob.to('acceptFollowRequest', alice)).toEqual([]);
    expect(await bob.to('acceptFollowRequest', alice)).toEqual([]);
    expect(await bob.to('declineFollowRequest', carol)).toEqual([]);
    expect(await bob.to('acceptFollowRequest', carol)).toEqual(['Conflict']);
    expect([await seenBy(alice, bob), await seenBy(carol, bob)]).toEqual([['isFollowing'], []]);
    expect(await counts(bob)).toEqual([1, 0]);
  });

  it('accepts nobody by becoming public, but a request made again is a follow', async () => {
    await makePrivate(bob);
    await alice.to('followUser', bob);
    await makePrivate(bob, false);
    expect(await seenBy(alice, bob)).toEqual(['hasRequestedFollow']);
    await alice.to('followUser', bob);
    expect(await seenBy(alice, bob)).toEqual(['isFollowing']);
    expect(await counts(bob)).toEqual([1, 0]);
  });

  it('keeps its followers when it becomes private', async () => {
    await alice.to('followUser', bob);
    await makePrivate(bob);
    await alice.to('followUser', bob);
    expect(await seenBy(alice, bob)).toEqual(['isFollowing']);
  });
});

describe('a block', () => {
  it('ends follows and requests both ways, each told and counted', async () => {
    await makePrivate(alice);
    await alice.to('followUser', bob);
    await bob.to('followUser', alice);
    expect(await alice.to('blockUser', bob)).toEqual([]);
    expect(await alice.to('blockUser', bob)).toEqual([]);
    expect(await seenBy(alice, bob)).toEqual(['isBlocking']);
    expect([await counts(alice), await counts(bob)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect((await events()).slice(-3).sort()).toEqual([
      'block.changed v1 true',
      'follow.changed v2 removed',
      'follow.changed v2 removed',
    ]);
  });

  it('makes the blocker not exist for the blocked', async () => {
    await alice.to('blockUser', bob);
    expect(await seenBy(bob, alice)).toBeNull();
    for (const change of ['followUser', 'unfollowUser', 'acceptFollowRequest', 'removeFollower']) {
      expect(await bob.to(change, alice)).toEqual(['NotFound']);
    }
    expect(await alice.to('followUser', bob)).toEqual(['Blocked']);
    expect(await seenBy(carol, alice)).toEqual([]);
  });

  it('does not keep the blocked from blocking and muting, nor from taking both back', async () => {
    await alice.to('blockUser', bob);
    for (const change of ['blockUser', 'muteUser']) {
      expect(await bob.to(change, alice)).toEqual([]);
      expect(await bob.to(change, alice)).toEqual([]);
    }
    expect(await alice.to('unblockUser', bob)).toEqual([]);
    expect([await seenBy(alice, bob), await seenBy(bob, alice)]).toEqual([null, ['isBlocking', 'isMuting']]);
    await alice.to('blockUser', bob);
    for (const change of ['unblockUser', 'unmuteUser']) expect(await bob.to(change, alice)).toEqual([]);
    await alice.to('unblockUser', bob);
    expect([await seenBy(alice, bob), await seenBy(bob, alice)]).toEqual([[], []]);
    expect(await bob.to('blockUser', { id: 'usr_00000000001' })).toEqual(['NotFound']);
  });

  it('by both at once is a block by both, and each finds it in their list', async () => {
    expect(await Promise.all([alice.to('blockUser', bob), bob.to('blockUser', alice)])).toEqual([[], []]);
    expect([await own(alice, 'blockedUsers'), await own(bob, 'blockedUsers')]).toEqual([
      [{ node: null, stub: { id: bob.id, handle: 'bob' } }],
      [{ node: null, stub: { id: alice.id, handle: 'alice' } }],
    ]);
    expect(await Promise.all([alice.to('unblockUser', bob), bob.to('unblockUser', alice)])).toEqual([[], []]);
    expect(await own(alice, 'blockedUsers')).toEqual([]);
  });

  it('is taken back, follows are not; also when the other has blocked meanwhile', async () => {
    await alice.to('followUser', bob);
    await alice.to('blockUser', bob);
    expect(await alice.to('unblockUser', bob)).toEqual([]);
    expect([await seenBy(alice, bob), await seenBy(bob, alice)]).toEqual([[], []]);
    await platform.database.$executeRaw`UPDATE block SET active = true`;
    await platform.database.$executeRaw`INSERT INTO block (blocker_id, blocked_id, active)
      SELECT blocked_id, blocker_id, true FROM block`;
    expect(await alice.to('unblockUser', bob)).toEqual([]);
    expect(await alice.to('unblockUser', bob)).toEqual([]);
  });
});

describe('a suspended person', () => {
  const suspend = (isSuspended: boolean) =>
    platform.services.suspension.set(userIdOf(bob.id), isSuspended, nobody);
  afterEach(() => suspend(false));

  it('stays in the lists of those who decided about them, who can take that back; for others they do not exist', async () => {
    await makePrivate(alice);
    await bob.to('followUser', alice);
    await alice.to('muteUser', bob);
    await carol.to('followUser', bob);
    await suspend(true);
    const stub = { node: null, stub: { id: bob.id, handle: 'bob' } };
    expect([await own(alice, 'mutedUsers'), await own(alice, 'followRequests')]).toEqual([[stub], [stub]]);
    expect(await carol.to('unmuteUser', bob)).toEqual(['NotFound']);
    expect(await carol.to('muteUser', bob)).toEqual(['NotFound']);
    for (const change of ['unmuteUser', 'declineFollowRequest'])
      expect(await alice.to(change, bob)).toEqual([]);
    expect(await carol.to('unfollowUser', bob)).toEqual([]);
    expect([await own(alice, 'mutedUsers'), await own(alice, 'followRequests')]).toEqual([[], []]);
    expect(await alice.to('unmuteUser', bob)).toEqual(['NotFound']);
  });
});

it('mutes without their knowing', async () => {
  expect(await alice.to('muteUser', bob)).toEqual([]);
  expect(await alice.to('muteUser', bob)).toEqual([]);
  expect([await seenBy(alice, bob), await seenBy(bob, alice)]).toEqual([['isMuting'], []]);
  await alice.to('unmuteUser', bob);
  expect(await seenBy(alice, bob)).toEqual([]);
  expect(await events()).toEqual(['mute.changed v1 true', 'mute.changed v2 false']);
});

it('mutes until a moment, which muting again moves, and no moment that is over', async () => {
  const mutation = 'mutation ($input: MuteUserInput!) { muteUser(input: $input) { errors { code path } } }';
  const mute = async (until: unknown) =>
    (await alice.run(mutation, { input: { userId: bob.id, until } })).data?.['muteUser'];
  const wrong = { errors: [{ code: 'INVALID_VALUE', path: ['until'] }] };
  for (const until of ['2020-01-01T00:00:00Z', 'soon', 4_102_444_800_000])
    expect(await mute(until)).toEqual(wrong);
  expect([await seenBy(alice, bob), await events()]).toEqual([[], []]);
  const ends = async () => (await platform.database.mute.findFirst())?.until ?? null;
  for (const until of ['2999-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z', '2998-01-01T00:00:00.000Z']) {
    expect(await mute(until)).toEqual({ errors: [] });
    expect(await ends()).toEqual(new Date(until));
  }
  expect(await mute(null)).toEqual({ errors: [] });
  expect(await ends()).toBeNull();
  const told = ['mute.changed v1 true', 'mute.changed v2 true', 'mute.changed v3 true'];
  expect(await events()).toEqual(told);
});
