import { eventPayloads, type EventType, hintChannel } from '@murmuration/events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeId } from '@murmuration/ids';
import { postPayload } from '../src/internal/payloads.ts';
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

it('what a poll lets people choose from goes with its post, said and asked for alike, until it is deleted', async () => {
  const options = ['Tea', 'Coffee'];
  const post = await world.say('alice', { text: 'Which?', poll: { options, durationMinutes: 60 } });
  const without = await world.say('alice', 'No question');
  const optionsOf = async () => {
    const rows = await world.database.$queryRawUnsafe<{ id: bigint; payload: Record<string, unknown> }[]>(
      `SELECT p.id, ${postPayload()} AS payload FROM post p`,
    );
    const events = await world.database.outbox.findMany({ orderBy: { id: 'asc' } });
    return [post, without].map((wireId) => {
      const id = decodeId('Post', wireId);
      const told = events.findLast(({ aggregateid }) => aggregateid === String(id))?.payload;
      const stored = rows.find((row) => row.id === id)?.payload;
      return [told, stored].map((payload) => (payload as { pollOptions?: string[] }).pollOptions);
    });
  };
  const nothing = [undefined, undefined];
  expect(await optionsOf()).toEqual([[options, options], nothing]);
  await world.act('alice', 'deletePost', post);
  expect(await optionsOf()).toEqual([nothing, nothing]);
});

it('a commit wakes who reads the feed', async () => {
  const subscriber = world.cached.client.duplicate();
  await subscriber.subscribe(hintChannel('post'));
  const woken = new Promise((resolve) => subscriber.once('message', resolve));
  await world.say('alice', 'Wake up');
  await woken;
  subscriber.disconnect();
});
