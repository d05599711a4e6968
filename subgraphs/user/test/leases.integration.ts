import { setTimeout as sleep } from 'node:timers/promises';
import {
  createRelationLeases,
  createRelationships,
  type Relation,
  relationBits,
  type RelationLeases,
  type Relationships,
} from '@murmuration/relationships';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createRelationLookup, type RelationLookup } from '../src/internal/relationships.ts';
import { readRelations } from '../src/relations/relation-sql.ts';
import { type Actor, createCast } from './support/cast.ts';
import { createPlatform, type Platform, untilRedisIsUp, userIdOf } from './support/platform.ts';

let platform: Platform;
let alice: Actor;
let bob: Actor;
let leases: RelationLeases;

beforeAll(async () => {
  platform = await createPlatform();
  await untilRedisIsUp(platform.redis);
  ({ alice, bob } = await createCast(platform));
  leases = createRelationLeases(platform.redis);
});
afterAll(() => platform.close());
beforeEach(async () => {
  await platform.redis.client.flushdb();
  await alice.to('unblockUser', bob);
  await platform.redis.client.flushdb();
});

/** What `post` sees: Redis first, `user` for what it lacks. */
async function read(
  lookup: Pick<RelationLookup, 'read'>,
  viewer: Actor,
  author: Actor,
): Promise<Relation | Error | undefined> {
  const [relation] = await relationshipsWith(lookup).read(userIdOf(viewer.id), [userIdOf(author.id)]);
  return relation;
}

function relationshipsWith(lookup: Pick<RelationLookup, 'read'>): Relationships {
  return createRelationships({
    redis: platform.redis,
    user: {
      async call<Answer>({ body }: { body?: unknown }) {
        const { viewerId, authorIds } = body as { viewerId: string; authorIds: string[] };
        return { relations: await lookup.read(BigInt(viewerId), authorIds.map(BigInt)) } as Answer;
      },
    },
  });
}

/** Leases whose `store` waits until `meanwhile` is done: the reader was slow between SQL and Redis. */
function slowToStore(inner: RelationLeases, meanwhile: () => Promise<unknown>): RelationLeases {
  return {
    ...inner,
    async store(lease, relations) {
      await meanwhile();
      await inner.store(lease, relations);
    },
  };
}

/** What one would write without the protocol: a lease only when there is something to store. */
function naiveLookup(meanwhile: () => Promise<unknown>): Pick<RelationLookup, 'read'> {
  return {
    async read(viewerId, authorIds) {
      const relations = await readRelations(platform.database, viewerId, authorIds);
      await meanwhile();
      const lease = await leases.open(viewerId ?? 0n);
      if (lease) await leases.store(lease, relations);
      return authorIds.map((id) => relations.get(id) ?? 0);
    },
  };
}

const lookupWith = (given: RelationLeases) => createRelationLookup(platform.database, given);

it('answers are kept for the next reader', async () => {
  expect(await read(lookupWith(leases), bob, alice)).toBe(0);
  const noOne: Pick<RelationLookup, 'read'> = { read: () => Promise.reject(new Error('not asked')) };
  expect(await read(noOne, bob, alice)).toBe(0);
});

it('a block between the reading and the storing is not overwritten by the late answer', async () => {
  const late = lookupWith(slowToStore(leases, () => alice.to('blockUser', bob)));
  expect(await read(late, bob, alice)).toBe(0);
  expect(await read(lookupWith(leases), bob, alice)).toBe(relationBits.blocksViewer);
});

it('whereas the naive way leaves "not blocked" behind, so the test above can fail', async () => {
  const late = naiveLookup(() => alice.to('blockUser', bob));
  expect(await read(late, bob, alice)).toBe(0);
  expect(await read(lookupWith(leases), bob, alice)).toBe(0);
});

/** What `timeline` sees, which reads the lease before it knows whom it will ask about. */
async function heldBy(viewer: Actor, lookup: Pick<RelationLookup, 'read'>) {
  const relationships = relationshipsWith(lookup);
  const held = await relationships.hold(userIdOf(viewer.id));
  return async (author: Actor) =>
    (await relationships.read(userIdOf(viewer.id), [userIdOf(author.id)], held))[0];
}

it('a lease that was read ahead answers, and what it lacks is asked for', async () => {
  const empty = await heldBy(bob, lookupWith(leases));
  expect(await empty(alice)).toBe(0);
  const noOne: Pick<RelationLookup, 'read'> = { read: () => Promise.reject(new Error('not asked')) };
  const filled = await heldBy(bob, noOne);
  expect(await filled(alice)).toBe(0);
});

it('a lease that is read ahead after a block says so, and an old one is not looked at', async () => {
  await read(lookupWith(leases), bob, alice);
  const before = await heldBy(bob, lookupWith(leases));
  await alice.to('blockUser', bob);
  expect(await (await heldBy(bob, lookupWith(leases)))(alice)).toBe(relationBits.blocksViewer);
  await sleep(60);
  expect(await before(alice)).toBe(relationBits.blocksViewer);
});

it('a FLUSHALL between the reading and the storing keeps the late answer out as well', async () => {
  const late = lookupWith(slowToStore(leases, () => platform.redis.client.flushdb()));
  await read(late, bob, alice);
  expect(await platform.redis.client.dbsize()).toBe(0);
});

it('a block made again makes sure that no cache says otherwise, as its first answer may have been lost', async () => {
  expect(await alice.to('blockUser', bob)).toEqual([]);
  // What a process that died between its commit and this would have left.
  const lease = await leases.open(userIdOf(bob.id));
  if (lease) await leases.store(lease, new Map([[userIdOf(alice.id), 0]]));
  expect(await read(lookupWith(leases), bob, alice)).toBe(0);
  expect(await alice.to('blockUser', bob)).toEqual([]);
  expect(await read(lookupWith(leases), bob, alice)).toBe(relationBits.blocksViewer);
});

it('whoever became private is read anew by live streams, which believe the lease of an author', async () => {
  const before = await leases.open(userIdOf(alice.id));
  await alice.run('mutation { updateProfile(input: { isPrivate: true }) { user { isPrivate } } }');
  const after = await leases.open(userIdOf(alice.id));
  await alice.run('mutation { updateProfile(input: { isPrivate: false }) { user { isPrivate } } }');
  expect(after?.generation).not.toBe(before?.generation);
});

it('becoming private, asked again, makes sure as well, as its first answer may have been lost', async () => {
  const ask = (input: string) =>
    alice.run(`mutation { updateProfile(input: { ${input} }) { user { isPrivate } errors { message } } }`);
  const generation = async () => (await leases.open(userIdOf(alice.id)))?.generation;
  await ask('isPrivate: true');
  const first = await generation();
  expect((await ask('isPrivate: true')).errors).toBeUndefined();
  const second = await generation();
  expect(second).not.toBe(first);
  await ask('isPrivate: true, bio: "still"');
  expect(await generation()).not.toBe(second);
  // Once it is long ago nothing is left to make sure of, and a form saved again costs no wait.
  await platform.database.$executeRaw`UPDATE outbox SET id = id - (60000::bigint << 22)
    WHERE aggregatetype = 'account' AND aggregateid = ${userIdOf(alice.id)}::text`;
  const settled = await generation();
  await ask('isPrivate: true, bio: "later"');
  expect(await generation()).toBe(settled);
  await ask('isPrivate: false');
});

it('says every bit as packages/relationships reads it', async () => {
  const lookup = lookupWith(leases);
  const [viewer, author] = [userIdOf(alice.id), userIdOf(bob.id)];
  const relation = async (viewerId: bigint | null, authorId: bigint) =>
    (await lookup.read(viewerId, [authorId]))[0];
  await alice.to('followUser', bob);
  await alice.to('muteUser', bob);
  await bob.to('followUser', alice);
  const { viewerFollows, followsViewer, viewerMutes } = relationBits;
  expect(await relation(viewer, author)).toBe(viewerFollows + followsViewer + viewerMutes);
  expect(await relation(author, viewer)).toBe(viewerFollows + followsViewer);
  expect(await relation(null, author)).toBe(0);
  expect(await relation(viewer, viewer)).toBe(relationBits.self);
  expect(await relation(viewer, 1n)).toBe(relationBits.authorMissing);
  await platform.database
    .$executeRaw`UPDATE account SET is_private = true, suspended_at = now() WHERE id = ${author}`;
  expect(await relation(null, author)).toBe(relationBits.authorPrivate + relationBits.authorSuspended);
  await platform.database.$executeRaw`UPDATE account SET suspended_at = NULL WHERE id = ${author}`;
  await alice.to('unfollowUser', bob);
  await alice.to('followUser', bob);
  await alice.to('unmuteUser', bob);
  const { viewerRequested, authorPrivate, viewerBlocks } = relationBits;
  expect(await relation(viewer, author)).toBe(followsViewer + viewerRequested + authorPrivate);
  await alice.to('blockUser', bob);
  expect(await relation(viewer, author)).toBe(viewerBlocks + authorPrivate);
});

/** What `timeline` asks for a post: one author, whoever listens. */
function readViewers(author: Actor, ...viewers: Actor[]) {
  const viewerIds = viewers.map(({ id }) => userIdOf(id));
  return lookupWith(leases).readViewers(userIdOf(author.id), viewerIds);
}

it('the relations of many viewers to one author are those of each viewer to the author', async () => {
  await alice.to('followUser', bob);
  await bob.to('muteUser', alice);
  for (const [author, viewer] of [
    [alice, bob],
    [bob, alice],
    [alice, alice],
  ] as const) {
    const [relation] = (await readViewers(author, viewer)).relations;
    expect(relation).toBe(await read(lookupWith(leases), viewer, author));
  }
  const nobody = await lookupWith(leases).readViewers(1n, [userIdOf(bob.id)]);
  expect(nobody.relations).toEqual([relationBits.authorMissing]);
  await alice.to('unfollowUser', bob);
  await bob.to('unmuteUser', alice);
});

it('they are told under the author’s generation, which a block by either moves', async () => {
  const first = await readViewers(alice, bob);
  expect(first.generation).toBe((await readViewers(alice, bob)).generation);
  await bob.to('blockUser', alice);
  const second = await readViewers(alice, bob);
  expect(second.generation).not.toBe(first.generation);
  expect(second.relations[0]).toBe(relationBits.viewerBlocks);
  await bob.to('unblockUser', alice);
  await alice.to('blockUser', bob);
  const third = await readViewers(alice, bob);
  expect(third.generation).not.toBe(second.generation);
  expect(third.relations[0]).toBe(relationBits.blocksViewer);
});
