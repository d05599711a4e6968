import { createFeed, readPosition, standingOf } from '@murmuration/events';
import type { Identity } from '@murmuration/service-kit';
import { createRequestContext } from '@murmuration/service-kit/subgraph';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Actor, createCast, password } from './support/cast.ts';
import { createPlatform, keys, logger, type Platform } from './support/platform.ts';

let platform: Platform;
let pool: pg.Pool;
let alice: Actor;
let bob: Actor;

beforeAll(async () => {
  platform = await createPlatform();
  pool = new pg.Pool({ connectionString: platform.databaseUrl, max: 2 });
  ({ alice, bob } = await createCast(platform));
});
afterAll(async () => {
  await pool.end();
  await platform.close();
});

async function positionOf(mutation: string, identity: Identity = alice.identity): Promise<string | null> {
  const context = createRequestContext({ identity, requestId: 'test', logger });
  const { errors, extensions } = await platform.subgraph.execute(
    { query: `mutation { ${mutation} }` },
    context,
  );
  expect(errors).toBeUndefined();
  return (extensions?.['position'] as string | undefined) ?? null;
}

/** Where a reader of the feed stands that has read everything but so many of the last events. */
async function cursorBefore(last: number): Promise<string | null> {
  const feed = createFeed({ pool, name: 'user', logger });
  const page = await feed.read({ after: null, limit: 1_000, waitMs: 0 });
  feed.close();
  return page.status === 'page' ? (page.events.at(-1 - last)?.cursor ?? null) : null;
}

async function expectLastEvent(position: string | null): Promise<void> {
  const place = readPosition(keys, position ?? '').places.get('user');
  if (!place) throw new Error('no position of the feed');
  expect(standingOf(await cursorBefore(1), place)).toBe('before');
  expect(standingOf(await cursorBefore(0), place)).toBe('past');
}

const relate = (name: string) => `${name}(input: { userId: "${bob.id}" }) { errors { message } }`;
const rename = 'updateProfile(input: { displayName: "Alice the second" }) { errors { message } }';

test.each(['followUser', 'unfollowUser', 'muteUser', 'unmuteUser', 'blockUser', 'unblockUser'])(
  '%s tells the place of its event, and done again tells none',
  async (name) => {
    await expectLastEvent(await positionOf(relate(name)));
    expect(await positionOf(relate(name))).toBeNull();
  },
);

test('a block that ends follows tells the last of its events', async () => {
  await positionOf(relate('followUser'));
  await positionOf(`followUser(input: { userId: "${alice.id}" }) { errors { message } }`, bob.identity);
  await expectLastEvent(await positionOf(relate('blockUser')));
});

test('a changed profile and a new account tell theirs', async () => {
  await expectLastEvent(await positionOf(rename));
  expect(await positionOf(rename)).toBeNull();
  const input = `{ handle: "dora", email: "dora@example.org", password: "${password}" }`;
  const signUp = `signUp(input: ${input}) { errors { message } }`;
  await expectLastEvent(await positionOf(signUp, { kind: 'anonymous' }));
  expect(await positionOf(signUp, { kind: 'anonymous' })).toBeNull();
  expect(await positionOf('logOut { endedSessionCount }', bob.identity)).toBeNull();
});
