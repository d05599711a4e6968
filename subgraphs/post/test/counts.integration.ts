import { readFileSync } from 'node:fs';
import { decodeId } from '@murmuration/ids';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { at, createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const counts = async (post: string) =>
  at(await world.run(null, `{ post(id: "${post}") { replyCount quoteCount } }`), 'post');

it('replies and quotes that are not for everyone are not counted, as they come and as they go', async () => {
  const post = await world.say('alice', 'Ask me anything');
  const hidden = [
    await world.say('bob', { text: 'Psst @alice', replyToId: post, visibility: 'MENTIONED' }),
    await world.say('bob', { text: 'Friends', replyToId: post, visibility: 'FOLLOWERS' }),
    await world.say('bob', { text: 'Look', quotedId: post, visibility: 'FOLLOWERS' }),
  ];
  expect(await counts(post)).toEqual({ replyCount: 0, quoteCount: 0 });
  const open = await world.say('carol', { text: 'Me too', replyToId: post, quotedId: post });
  expect(await counts(post)).toEqual({ replyCount: 1, quoteCount: 1 });
  for (const each of hidden) await world.act('bob', 'deletePost', each);
  expect(await counts(post)).toEqual({ replyCount: 1, quoteCount: 1 });
  await world.act('carol', 'deletePost', open);
  expect(await counts(post)).toEqual({ replyCount: 0, quoteCount: 0 });
});

it('what was counted before comes off again', async () => {
  const post = await world.say('alice', 'Counted as it was');
  await world.say('bob', { text: 'Psst @alice', replyToId: post, visibility: 'MENTIONED' });
  await world.say('bob', { text: 'Look', quotedId: post, visibility: 'FOLLOWERS' });
  await world.say('bob', { text: 'Hello', replyToId: post });
  await world.database.postCountDelta.create({
    data: { postId: decodeId('Post', post) as bigint, replyDelta: 1, quoteDelta: 1 },
  });
  expect(await counts(post)).toEqual({ replyCount: 2, quoteCount: 1 });
  const file = '../../../prisma/post/migrations/20261128000001_public_counts/migration.sql';
  await world.database.$executeRawUnsafe(readFileSync(new URL(file, import.meta.url), 'utf8'));
  expect(await counts(post)).toEqual({ replyCount: 1, quoteCount: 0 });
});
