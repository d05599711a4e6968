import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Actor, createCast } from './support/cast.ts';
import { createPlatform, type Platform, userIdOf } from './support/platform.ts';
import { createTown, type Mutation, mutations, type Town } from './support/town.ts';

let platform: Platform;
let people: Actor[];

beforeAll(async () => {
  platform = await createPlatform({ relationLeaseMs: 1 });
  people = Object.values(await createCast(platform));
});
afterAll(() => platform.close());

type Step = { mutation: Mutation; viewer: number; target: number } | { person: number; isPrivate: boolean };

const person = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .record({ mutation: fc.constantFrom(...mutations), viewer: person, target: person })
      .filter(({ viewer, target }) => viewer !== target),
  },
  { weight: 1, arbitrary: fc.record({ person, isPrivate: fc.boolean() }) },
);

async function reset(): Promise<void> {
  for (const table of ['follow', 'block', 'mute', 'account_count', 'account_count_delta']) {
    await platform.database.$executeRawUnsafe(`DELETE FROM ${table}`);
  }
  await platform.database.$executeRaw`UPDATE account SET is_private = false`;
}

async function take(town: Town, next: Step): Promise<void> {
  if ('isPrivate' in next) {
    town.isPrivate[next.person] = next.isPrivate;
    const id = userIdOf(actor(next.person).id);
    await platform.database.$executeRaw`UPDATE account SET is_private = ${next.isPrivate} WHERE id = ${id}`;
    return;
  }
  const { mutation, viewer, target } = next;
  const errors = await actor(viewer).to(mutation, actor(target));
  expect({ ...next, errors }).toEqual({ ...next, errors: town.apply(mutation, viewer, target) });
}

function actor(index: number): Actor {
  const found = people[index];
  if (!found) throw new Error(`there is no person ${index}`);
  return found;
}

async function expectEqual(town: Town): Promise<void> {
  for (const [viewer, { run }] of people.entries()) {
    const { data } = await run(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on User { followerCount viewerRelation {
        isFollowing isFollowedBy hasRequestedFollow hasIncomingFollowRequest isBlocking isMuting } } } }`,
      { ids: people.map(({ id }) => id) },
    );
    const expected = people.map((_, other) => {
      if (other === viewer) return { followerCount: town.followerCount(other), viewerRelation: null };
      const mine = town.tie(viewer, other);
      const theirs = town.tie(other, viewer);
      if (theirs.blocks) return null;
      const viewerRelation = {
        isFollowing: mine.follow === 'active',
        isFollowedBy: theirs.follow === 'active',
        hasRequestedFollow: mine.follow === 'requested',
        hasIncomingFollowRequest: theirs.follow === 'requested',
        isBlocking: mine.blocks,
        isMuting: mine.mutes,
      };
      return { followerCount: town.followerCount(other), viewerRelation };
    });
    expect({ viewer, nodes: data?.['nodes'] }).toEqual({ viewer, nodes: expected });
  }
}

it('any sequence of changes does what a simple account of it says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await reset();
      const town = createTown(people.length);
      for (const next of steps) await take(town, next);
      await expectEqual(town);
    }),
    { numRuns: 40 },
  );
});
