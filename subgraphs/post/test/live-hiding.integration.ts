import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { listenersOf, liveLimits } from './live-listeners.ts';
import { cast, createWorld, type Name, type World } from './world.ts';

let world: World;
const { answer, hasBegun, watchPosts, watchThread } = listenersOf(() => world);
beforeAll(async () => {
  world = await createWorld({ liveLimits });
});
afterAll(() => world.close());
afterEach(() => world.people.clear());

test('what is hidden while one looks at it is told as gone to whom it is hidden from and to nobody else', async () => {
  const root = await world.say('alice', 'root');
  const ofBob = [await answer('bob', root, 'of bob'), await answer('bob', root, 'of bob too')];
  const elsewhere = await world.say('bob', 'elsewhere');
  const streams = {
    carol: await watchThread('carol', root),
    carolOnScreen: await watchPosts('carol', [root, ofBob[0] ?? '', elsewhere]),
    bob: await watchThread('bob', root),
    dave: await watchThread('dave', root),
    stranger: await watchThread(null, root),
  };
  for (const name of ['carol', 'bob', 'dave', 'stranger'] as const) await hasBegun(root, streams[name]);
  await expect.poll(() => streams.carolOnScreen.told().length).toBe(3);
  // All screens are looked at when the feed is first followed, too: one may be told the same by both.
  const goneOf = (name: keyof typeof streams) =>
    [...new Set(streams[name].told().flatMap(({ postId }) => postId ?? []))].toSorted();

  world.people.block('bob', 'carol');
  const ids = { blockerId: String(cast.bob), blockedId: String(cast.carol) };
  world.userFeed.tell('block.changed', { ...ids, active: true });
  await expect.poll(() => goneOf('carol')).toEqual(ofBob.toSorted());
  await expect.poll(() => goneOf('carolOnScreen')).toEqual([ofBob[0] ?? '', elsewhere].toSorted());
  // Bob may not see carol's posts any more, but there are none here.
  world.people.relate('dave', 'bob', 'viewerMutes');
  world.userFeed.tell('mute.changed', {
    muterId: String(cast.dave),
    mutedId: String(cast.bob),
    active: true,
  });
  world.people.makePrivate('alice', 'bob', 'carol');
  const account = { userId: String(cast.alice), handle: 'alice', isPrivate: true, isSuspended: false };
  world.userFeed.tell('account.changed', { ...account, wasPrivate: false, wasSuspended: false });
  for (const name of ['dave', 'stranger'] as const) await expect.poll(() => goneOf(name)).toEqual([root]);
  // Looked at again by then.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(goneOf('bob')).toEqual([]);
  expect(goneOf('carol')).toEqual(ofBob.toSorted());
  expect(goneOf('dave')).toEqual([root]);
  await Promise.all(Object.values(streams).map((stream) => stream.hangUp()));
});

/** Tells that one person blocked another, who followed them or not. */
function tellBlock(blocker: Name, blocked: Name, { followed }: { followed: boolean }): void {
  const [blockerId, blockedId] = [String(cast[blocker]), String(cast[blocked])];
  const follow = { followerId: blockedId, followeeId: blockerId, followId: '1', state: 'removed' };
  world.people.block(blocker, blocked);
  if (followed) world.userFeed.tell('follow.changed', { ...follow, wasActive: true });
  world.userFeed.tell('block.changed', { blockerId, blockedId, active: true });
}

/** An account as it is after a change of it. */
function tellAccount(name: Name, now: { isPrivate: boolean }, was: { wasPrivate: boolean }): void {
  const account = { userId: String(cast[name]), handle: name, isSuspended: false, wasSuspended: false };
  world.userFeed.tell('account.changed', { ...account, ...now, ...was });
}

test('an answer that was never there for somebody is not named to them by what hides it', async () => {
  const root = await world.say('alice', 'root');
  for (const viewer of ['alice', 'dave'] as const) world.people.relate(viewer, 'bob', 'viewerFollows');
  const forAll = await answer('bob', root, 'for all');
  const forFollowers = await world.say('bob', {
    text: 'for followers',
    replyToId: root,
    visibility: 'FOLLOWERS',
  });
  const streams = {
    carol: await watchThread('carol', root),
    dave: await watchThread('dave', root),
    stranger: await watchThread(null, root),
  };
  for (const stream of Object.values(streams)) await hasBegun(root, stream);
  const goneOf = (name: keyof typeof streams) => [
    ...new Set(streams[name].told().flatMap(({ postId }) => postId ?? [])),
  ];
  const both = [forAll, forFollowers].toSorted();

  tellBlock('bob', 'carol', { followed: false });
  tellBlock('bob', 'dave', { followed: true });
  const later = await answer('bob', root, 'after the blocks');
  await expect.poll(() => goneOf('carol')).toEqual([forAll]);
  await expect.poll(() => goneOf('dave').toSorted()).toEqual(both);

  world.people.relate(null, 'bob', 'authorPrivate');
  tellAccount('bob', { isPrivate: true }, { wasPrivate: false });
  // Said as a private account, and hidden by nothing since.
  const asPrivate = await answer('bob', root, 'of a private account');
  tellAccount('bob', { isPrivate: true }, { wasPrivate: true });
  await expect.poll(() => goneOf('stranger').toSorted()).toEqual([forAll, later].toSorted());
  // Looked at again by then.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(goneOf('carol')).toEqual([forAll]);
  expect(goneOf('dave').toSorted()).toEqual(both);
  expect(goneOf('stranger')).not.toContain(asPrivate);
  expect(goneOf('stranger')).not.toContain(forFollowers);
  await Promise.all(Object.values(streams).map((stream) => stream.hangUp()));
});

test('an answer that somebody watches is named to them when it is looked at first, and to none who watch the conversation', async () => {
  const root = await world.say('alice', 'root');
  world.people.relate('dave', 'bob', 'viewerFollows');
  world.people.relate('alice', 'bob', 'viewerFollows');
  const input = { replyToId: root, visibility: 'FOLLOWERS' };
  const forFollowers = await world.say('bob', { ...input, text: 'for followers' });
  await expect.poll(() => world.services.streams.position()).toBeNull();
  const learnHead = world.userFeed.holdHead();
  const [thread, onScreen] = [await watchThread('carol', root), await watchPosts('dave', [forFollowers])];
  await hasBegun(root, thread);
  world.people.block('bob', 'dave');
  learnHead();
  await expect.poll(() => onScreen.told().at(-1)?.postId).toBe(forFollowers);
  const last = await answer('alice', root, 'last');
  await expect.poll(() => thread.told().at(-1)?.reply?.id).toBe(last);
  expect(thread.told().flatMap(({ postId }) => postId ?? [])).toEqual([]);
  await Promise.all([thread.hangUp(), onScreen.hangUp()]);
});

test('a request to follow that was declined hides nothing', async () => {
  const root = await world.say('alice', 'root');
  world.people.relate('alice', 'bob', 'viewerFollows');
  world.people.makePrivate('bob', 'alice', 'dave');
  const answered = await answer('bob', root, 'of a private account');
  const streams = [await watchThread('carol', root), await watchThread('dave', root)] as const;
  for (const stream of streams) await hasBegun(root, stream);
  const [carol, dave] = streams;
  const request = { followerId: String(cast.carol), followeeId: String(cast.bob), followId: '1' };
  world.userFeed.tell('follow.changed', { ...request, state: 'removed', wasActive: false });
  // Of whom it is not known what they were to each other before, nothing is named.
  world.userFeed.tell('follow.changed', { ...request, state: 'removed' });
  tellBlock('bob', 'dave', { followed: true });
  await expect.poll(() => dave.told().at(-1)?.postId).toBe(answered);
  expect(carol.told().flatMap(({ postId }) => postId ?? [])).toEqual([]);
  await Promise.all(streams.map((stream) => stream.hangUp()));
});

test('what hides posts unheard of is looked for again: before the feed is followed, in another life of it, and in a flood; nobody hears of what they never saw', async () => {
  const root = await world.say('alice', 'root');
  const ofBob = await answer('bob', root, 'of bob');
  // Until nobody follows the feed of before.
  await expect.poll(() => world.services.streams.position()).toBeNull();
  const learnHead = world.userFeed.holdHead();
  const streams = [await watchThread('carol', root), await watchPosts('carol', [ofBob])];
  const [stream, onScreen] = streams;
  if (!stream || !onScreen) throw new Error('two streams were opened');
  await hasBegun(root, stream);
  const neverSeen = await world.say('bob', { text: 'not for her', replyToId: root, visibility: 'MENTIONED' });
  // The first look may come upon what the feed tells, too: then it is told twice, and forgotten once.
  const goneOf = ({ told }: typeof stream) => [...new Set(told().flatMap(({ postId }) => postId ?? []))];
  world.people.block('bob', 'carol');
  learnHead();
  await expect.poll(() => goneOf(onScreen)).toEqual([ofBob]);
  const resets = () => stream.told().filter(({ __typename }) => __typename === 'Reset').length;
  expect(resets()).toBe(0);

  world.people.block('alice', 'carol');
  world.userFeed.restore();
  await expect.poll(() => goneOf(stream)).toContain(root);

  await expect.poll(resets).toBe(1);

  world.people.block('dave', 'carol');
  const blocked = (id: number) => ({ blockerId: String(id), blockedId: String(cast.carol), active: true });
  for (let id = 100; id < 100 + liveLimits.hiddenPairs; id++)
    world.userFeed.tell('block.changed', blocked(id));
  await expect.poll(resets).toBe(2);
  expect(goneOf(stream)).not.toContain(neverSeen);
  await Promise.all(streams.map(({ hangUp }) => hangUp()));
});
