import { readPosition } from '@murmuration/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Actor, createCast, enter } from './support/cast.ts';
import { createPlatform, keys, nobody, type Platform, untilRedisIsUp, userIdOf } from './support/platform.ts';

interface Event {
  __typename: string;
  cursor: string;
  reason?: string;
  userId?: string;
  position?: string | null;
  user?: { handle: string; viewerRelation: Record<string, boolean> } | null;
  viewer?: { user: { bio: string } | null } | null;
  isThisSession?: boolean;
}

const query = `subscription ($after: String) { viewerUpdates(after: $after) { __typename cursor
  ... on RelationChanged { userId user { handle viewerRelation { isFollowing hasIncomingFollowRequest isBlocking isMuting } } position }
  ... on ViewerChanged { viewer { user { bio } } } ... on SessionEnded { sessionId isThisSession } ... on Reset { reason } } }`;

const replayEvents = 50;
const streamsPerPerson = 3;

let platform: Platform;
let alice: Actor;
let bob: Actor;
let carol: Actor;
/** Whom the others mute for a moment. */
let dave: Actor;
beforeAll(async () => {
  platform = await createPlatform({
    relationLeaseMs: 1,
    liveLimits: { lingerMs: 50, replayEvents, streamsPerPerson },
  });
  await untilRedisIsUp(platform.redis);
  ({ alice, bob, carol } = await createCast(platform));
  dave = await enter(platform, 'dave');
});
afterAll(() => platform.close());

const isNews = ({ __typename }: Event) => __typename !== 'Bookmark';
const placeIn = (position: unknown) => readPosition(keys, String(position)).places.get('user');

/** Changes a relation, and answers where that was written. */
async function changeOf(actor: Actor, name: string, whom: Actor) {
  const { extensions } = await actor.run(
    `mutation ($id: ID!) { ${name}(input: { userId: $id }) { errors { message } } }`,
    { id: whom.id },
  );
  expect(placeIn(extensions?.['position'])).toBeDefined();
  return placeIn(extensions?.['position']);
}

/** Listens, and has certainly begun: what is done until then is left out. */
async function listen(actor: Actor, after: string | null = null) {
  const stream = await platform.listen<Event>(query, { after }, actor.identity);
  let begun = 0;
  if (after === null) {
    await expect.poll(() => stream.events[0]?.__typename).toBe('Bookmark');
    // It may have begun a moment before it was opened, and tells in order.
    await changeOf(actor, 'muteUser', dave);
    const last = await changeOf(actor, 'unmuteUser', dave);
    const isLast = ({ position }: Event) => placeIn(position)?.id === last?.id;
    await expect.poll(() => stream.events.some(isLast)).toBe(true);
    begun = stream.events.findIndex(isLast) + 1;
  }
  return { ...stream, told: () => stream.events.slice(begun).filter(isNews) };
}

const aboutOf = (events: Event[]) => events.map(({ __typename, userId }) => `${__typename} ${userId ?? ''}`);

test('what another device of the viewer did is told, with how things stand now', async () => {
  const stream = await listen(alice);
  await alice.to('muteUser', bob);
  await alice.to('blockUser', carol);
  await expect
    .poll(() => aboutOf(stream.told()))
    .toEqual([`RelationChanged ${bob.id}`, `RelationChanged ${carol.id}`]);
  const [muted, blocked] = stream.told();
  expect(muted?.user?.viewerRelation).toMatchObject({ isMuting: true, isBlocking: false });
  expect(blocked?.user?.viewerRelation).toMatchObject({ isBlocking: true });
  await alice.to('unmuteUser', bob);
  await alice.to('unblockUser', carol);
  await expect.poll(() => stream.told().length).toBe(4);
  expect(stream.codes).toEqual([]);
  await stream.hangUp();
});

test('who is cut before anything was told continues where it began', async () => {
  const first = await platform.listen<Event>(query, { after: null }, alice.identity);
  await expect.poll(() => first.events[0]?.__typename).toBe('Bookmark');
  await first.hangUp();
  await alice.to('muteUser', bob);
  await alice.to('unmuteUser', bob);
  const again = await listen(alice, first.events[0]?.cursor);
  const both = [`RelationChanged ${bob.id}`, `RelationChanged ${bob.id}`];
  // It may have begun a moment before it was opened.
  await expect.poll(() => aboutOf(again.told()).slice(-2)).toEqual(both);
  await again.hangUp();
});

test('a change is told with the position that the answer of its mutation had', async () => {
  const stream = await listen(alice);
  for (const name of ['followUser', 'muteUser', 'unmuteUser', 'unfollowUser']) {
    const before = stream.told().length;
    const place = await changeOf(alice, name, bob);
    await expect.poll(() => stream.told().length).toBe(before + 1);
    expect(placeIn(stream.told().at(-1)?.position)).toEqual(place);
  }
  await stream.hangUp();
});

test('nobody learns that a stranger mutes or blocks them', async () => {
  const stream = await listen(bob);
  await alice.to('muteUser', bob);
  await alice.to('blockUser', bob);
  await alice.to('unblockUser', bob);
  await alice.to('unmuteUser', bob);
  await bob.to('muteUser', carol);
  await expect.poll(() => aboutOf(stream.told())).toEqual([`RelationChanged ${carol.id}`]);
  await bob.to('unmuteUser', carol);
  await stream.hangUp();
});

test('who is blocked by somebody they follow is told that this person is not there any more', async () => {
  await bob.to('followUser', alice);
  const stream = await listen(bob);
  await alice.to('blockUser', bob);
  await expect.poll(() => aboutOf(stream.told())).toEqual([`RelationChanged ${alice.id}`]);
  expect(stream.told()[0]?.user).toBeNull();
  await alice.to('unblockUser', bob);
  await bob.to('muteUser', carol);
  await expect.poll(() => aboutOf(stream.told()).slice(1)).toEqual([`RelationChanged ${carol.id}`]);
  await bob.to('unmuteUser', carol);
  await stream.hangUp();
});

test('a request to follow comes, is told with its name, and goes', async () => {
  await alice.run('mutation { updateProfile(input: { isPrivate: true }) { user { id } } }');
  const stream = await listen(alice);
  await carol.to('followUser', alice);
  await expect.poll(() => stream.told().at(-1)?.user?.viewerRelation['hasIncomingFollowRequest']).toBe(true);
  await carol.to('unfollowUser', alice);
  await expect.poll(() => stream.told().length).toBe(2);
  expect(stream.told().at(-1)?.user?.viewerRelation['hasIncomingFollowRequest']).toBe(false);
  await stream.hangUp();
});

test('the end of a session is told to the others, and what others do to each other is told to neither', async () => {
  const stream = await listen(alice);
  await bob.to('followUser', carol);
  await bob.to('unfollowUser', carol);
  await platform.services.suspension.set(userIdOf(bob.id), true, nobody);
  await platform.services.suspension.set(userIdOf(bob.id), false, nobody);
  await alice.run('mutation { logOutEverywhere { endedSessionCount } }');
  await expect.poll(() => stream.told().map(({ __typename }) => __typename)).toEqual(['SessionEnded']);
  expect(stream.told()[0]?.isThisSession).toBe(true);
  await stream.hangUp();
});

test('who comes back is told what was missed, in order and once; a foreign cursor is one Reset', async () => {
  const stream = await listen(carol);
  await carol.to('muteUser', alice);
  await expect.poll(() => stream.told().length).toBe(1);
  const cursor = stream.told().at(-1)?.cursor ?? '';
  await stream.hangUp();
  await carol.to('muteUser', bob);
  await carol.to('unmuteUser', alice);
  await new Promise((resolve) => setTimeout(resolve, 150));
  const again = await listen(carol, cursor);
  await expect
    .poll(() => aboutOf(again.told()))
    .toEqual([`RelationChanged ${bob.id}`, `RelationChanged ${alice.id}`]);
  await carol.to('unmuteUser', bob);
  await expect.poll(() => again.told().length).toBe(3);
  for (const [actor, after, reason] of [
    [bob, cursor, 'NOT_YOURS'],
    [carol, 'nonsense', 'INVALID'],
  ] as const) {
    const other = await listen(actor, after);
    await expect.poll(() => other.told().map((event) => event.reason)).toEqual([reason]);
    await other.hangUp();
  }
  await again.hangUp();
});

test('who missed as much as a replay tells is told all of it, and one event more is a Reset', async () => {
  const stream = await listen(carol);
  const change = (bio: string) =>
    carol.run('mutation ($bio: String) { updateProfile(input: { bio: $bio }) { user { id } } }', { bio });
  await change('far');
  await expect.poll(() => stream.told().length).toBe(1);
  await change('near');
  await expect.poll(() => stream.told().length).toBe(2);
  const [far, near] = stream.told();
  await stream.hangUp();
  for (let n = 1; n <= replayEvents; n++) await change(`missed ${n}`);
  const all = await listen(carol, near?.cursor ?? '');
  await expect.poll(() => all.told().length).toBe(replayEvents);
  const tooFar = await listen(carol, far?.cursor ?? '');
  await expect.poll(() => tooFar.told().map(({ reason }) => reason)).toEqual(['TOO_OLD']);
  // And goes on from there.
  await change('new');
  for (const { told } of [all, tooFar]) await expect.poll(() => told().at(-1)?.viewer?.user?.bio).toBe('new');
  await Promise.all([all.hangUp(), tooFar.hangUp()]);
});

test('one stream more than a person may have is refused by name, and those that are open go on', async () => {
  const open = [];
  for (let n = 0; n < streamsPerPerson; n++) open.push(await listen(alice));
  const [first] = open;
  expect((await platform.listen<Event>(query, {}, alice.identity)).codes).toEqual(['RATE_LIMITED']);
  const other = await listen(bob);
  expect(other.codes).toEqual([]);
  await alice.to('muteUser', carol);
  for (const { told } of open) await expect.poll(() => told().at(-1)?.userId).toBe(carol.id);
  await first?.hangUp();
  const again = await listen(alice);
  expect(again.codes).toEqual([]);
  await Promise.all([...open.slice(1), again, other].map((stream) => stream.hangUp()));
  await alice.to('unmuteUser', carol);
});

test('a stranger has no account to be told of', async () => {
  const stream = await platform.listen<Event>(query, {}, { kind: 'anonymous' });
  expect(stream.codes).toEqual(['UNAUTHENTICATED']);
});
