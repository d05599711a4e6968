import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('answers a repeat with the first post, and refuses another input under its key', async () => {
  const input = { text: 'Once', idempotencyKey: 'one' };
  const first = await world.say('alice', input);
  expect(await world.say('alice', input)).toBe(first);
  expect((await world.attempt('alice', { ...input, text: 'Twice' })).errors).toEqual(['Conflict']);
  expect(await world.say('bob', input)).not.toBe(first);
  expect(await world.database.post.count({ where: { text: 'Once', authorId: 1n } })).toBe(1);
});

it('answers a repeat from the first attempt even if it could not be made any more', async () => {
  const parent = await world.say('bob', 'Soon gone');
  const input = { text: 'A reply', replyToId: parent, idempotencyKey: 'reply' };
  const reply = await world.say('alice', input);
  await world.act('bob', 'deletePost', parent);
  expect(await world.say('alice', input)).toBe(reply);
});

it('stores no user errors: mended, the same key works', async () => {
  expect((await world.attempt('alice', { text: '', idempotencyKey: 'mend' })).errors).toEqual([
    'ValidationError text',
  ]);
  await world.say('alice', { text: 'Better', idempotencyKey: 'mend' });
});

it('makes one post of many attempts at once', async () => {
  for (let round = 0; round < 25; round++) {
    const input = { text: `Round ${round}`, idempotencyKey: `round ${round}` };
    const ids = await Promise.all([1, 2, 3, 4].map(() => world.say('alice', input)));
    expect(new Set(ids).size).toBe(1);
  }
  expect(await world.database.post.count({ where: { text: { startsWith: 'Round' } } })).toBe(25);
  expect(await world.database.outbox.count({ where: { type: 'post.changed' } })).toBe(
    await world.database.post.aggregate({ _sum: { version: true } }).then(({ _sum }) => Number(_sum.version)),
  );
});

it('waits for the first attempt only as long as the lock timeout', async () => {
  const input = { text: 'Stuck', idempotencyKey: 'stuck' };
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let claimed: () => void = () => undefined;
  const holding = new Promise<void>((resolve) => {
    claimed = resolve;
  });
  const holder = world.database.$transaction(
    async (tx) => {
      await tx.$executeRaw`INSERT INTO idempotency_key (viewer_id, mutation, key, input_hash)
        VALUES (1, 'createPost', 'stuck', '\\x00')`;
      claimed();
      await released;
    },
    { timeout: 20_000 },
  );
  await holding;
  expect((await world.attempt('alice', input)).errors).toEqual(['Conflict']);
  release();
  await holder;
});
