import { eventPayloads, type EventType, hintChannel } from '@murmuration/events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('every change leaves one event as the catalogue has it, with a version that only rises', async () => {
  const root = await world.say('alice', 'A thought for @bob');
  const reply = await world.say('bob', { text: 'An answer', replyToId: root, quotedId: root });
  for (const mutation of ['likePost', 'unlikePost', 'createRepost', 'deleteRepost'])
    await world.act('bob', mutation, root);
  await world.act('bob', 'deletePost', reply);
  await world.act('bob', 'deletePost', reply);
  await world.services.imports.importPosts([{ id: 250_000_000_000_000_001n, authorId: 3n, text: 'Old' }]);

  const events = await world.database.outbox.findMany({ orderBy: { id: 'asc' } });
  for (const event of events) {
    const schema = eventPayloads[event.type as EventType];
    // Strict: a field that the catalogue does not know is a mistake too.
    expect(schema.strict().safeParse(event.payload).error, event.type).toBeUndefined();
  }
  expect(events.map(({ type, version }) => `${type} ${version}`)).toEqual([
    'post.changed 1',
    'post.changed 1',
    'like.changed 1',
    'like.changed 2',
    'repost.changed 1',
    'repost.changed 2',
    'post.changed 2',
    'post.changed 1',
  ]);
  expect(events[6]?.payload).toMatchObject({
    text: '',
    isDeleted: true,
    mentionedIds: [],
    replyToAuthorId: '1',
    quotedAuthorId: '1',
  });
});

it('the end of a post that only some could see still says whom it was for', async () => {
  const post = await world.say('alice', { text: 'Only for @bob', visibility: 'MENTIONED' });
  await world.act('alice', 'deletePost', post);
  const last = await world.database.outbox.findFirst({ orderBy: { id: 'desc' } });
  expect(last?.payload).toMatchObject({ text: '', isDeleted: true, mentionedIds: ['2'] });
});

it('a commit wakes who reads the feed', async () => {
  const subscriber = world.cached.client.duplicate();
  await subscriber.subscribe(hintChannel('post'));
  const woken = new Promise((resolve) => subscriber.once('message', resolve));
  await world.say('alice', 'Wake up');
  await woken;
  subscriber.disconnect();
});
