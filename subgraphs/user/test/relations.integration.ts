import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, createCast } from './support/cast.ts';
import { createPlatform, type Platform } from './support/platform.ts';

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
    expect(await alice.to('follow', bob)).toEqual([]);
    expect(await alice.to('follow', bob)).toEqual([]);
    expect(await seenBy(alice, bob)).toEqual(['isFollowing']);
    expect(await seenBy(bob, alice)).toEqual(['isFollowedBy']);
    expect([await counts(alice), await counts(bob)]).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(await events()).toEqual(['follow.changed v1 active']);
  });

  it('ends, leaves a versioned tombstone, and may begin again', async () => {
    await alice.to('follow', bob);
    await alice.to('unfollow', bob);
    expect(await alice.to('unfollow', bob)).toEqual([]);
    await alice.to('follow', bob);
    expect(await events()).toEqual([
      'follow.changed v1 active',
      'follow.changed v2 removed',
      'follow.changed v3 active',
    ]);
    expect(await counts(bob)).toEqual([1, 0]);
  });

  it('is not for oneself, nobody, or what is no person', async () => {
    expect(await alice.to('follow', alice)).toEqual(['NotAllowed']);
    expect(await alice.to('follow', { id: 'usr_00000000001' })).toEqual(['NotFound']);
    expect(await alice.to('follow', { id: bob.id.replace('usr', 'pst') })).toEqual(['ValidationError']);
    expect(await alice.to('follow', { id: 'bob' })).toEqual(['ValidationError']);
    const anonymous = await platform.run(
      `mutation { follow(input: { userId: "${bob.id}" }) { errors { message } } }`,
    );
    expect(anonymous.errors).toEqual([{ message: 'Sign in first.', code: 'UNAUTHENTICATED' }]);
    expect(await events()).toEqual([]);
  });

  it('lets go of a follower', async () => {
    await alice.to('follow', bob);
    expect(await bob.to('removeFollower', alice)).toEqual([]);
    expect(await seenBy(alice, bob)).toEqual([]);
    expect(await counts(bob)).toEqual([0, 0]);
  });
});

describe('a private account', () => {
  it('is asked, and accepts or declines', async () => {
    await makePrivate(bob);
    await alice.to('follow', bob);
    await carol.to('follow', bob);
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
    await alice.to('follow', bob);
    await makePrivate(bob, false);
    expect(await seenBy(alice, bob)).toEqual(['hasRequestedFollow']);
    await alice.to('follow', bob);
    expect(await seenBy(alice, bob)).toEqual(['isFollowing']);
    expect(await counts(bob)).toEqual([1, 0]);
  });

  it('keeps its followers when it becomes private', async () => {
    await alice.to('follow', bob);
    await makePrivate(bob);
    await alice.to('follow', bob);
    expect(await seenBy(alice, bob)).toEqual(['isFollowing']);
  });
});

describe('a block', () => {
  it('ends follows and requests both ways, each told and counted', async () => {
    await makePrivate(alice);
    await alice.to('follow', bob);
    await bob.to('follow', alice);
    expect(await alice.to('block', bob)).toEqual([]);
    expect(await alice.to('block', bob)).toEqual([]);
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
    await alice.to('block', bob);
    expect(await seenBy(bob, alice)).toBeNull();
    expect(await bob.to('follow', alice)).toEqual(['NotFound']);
    expect(await bob.to('mute', alice)).toEqual(['NotFound']);
    expect(await bob.to('block', alice)).toEqual(['NotFound']);
    expect(await alice.to('follow', bob)).toEqual(['Blocked']);
    expect(await seenBy(carol, alice)).toEqual([]);
  });

  it('is taken back, follows are not; also when the other has blocked meanwhile', async () => {
    await alice.to('follow', bob);
    await alice.to('block', bob);
    expect(await alice.to('unblock', bob)).toEqual([]);
    expect([await seenBy(alice, bob), await seenBy(bob, alice)]).toEqual([[], []]);
    await platform.database.$executeRaw`UPDATE block SET active = true`;
    await platform.database.$executeRaw`INSERT INTO block (blocker_id, blocked_id, active)
      SELECT blocked_id, blocker_id, true FROM block`;
    expect(await alice.to('unblock', bob)).toEqual([]);
    expect(await alice.to('unblock', bob)).toEqual(['NotFound']);
  });
});

it('mutes without their knowing', async () => {
  expect(await alice.to('mute', bob)).toEqual([]);
  expect(await alice.to('mute', bob)).toEqual([]);
  expect([await seenBy(alice, bob), await seenBy(bob, alice)]).toEqual([['isMuting'], []]);
  await alice.to('unmute', bob);
  expect(await seenBy(alice, bob)).toEqual([]);
  expect(await events()).toEqual(['mute.changed v1 true', 'mute.changed v2 false']);
});
