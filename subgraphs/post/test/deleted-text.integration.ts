import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('the text of a deleted post is in no table any more, and every other text is', async () => {
  await world.say('alice', 'Keep this');
  const parent = await world.say('alice', 'My number is 0123 456789');
  const reply = await world.say('bob', {
    text: 'Call 0123 456789',
    replyToId: parent,
    visibility: 'FOLLOWERS',
    poll: { options: ['call 0123 456789', 'write'], durationMinutes: 60 },
  });
  await world.say('bob', 'Keep that');
  for (const [name, post] of [['alice', parent] as const, ['bob', reply] as const]) {
    expect(await world.act(name, 'deletePost', post)).toEqual([]);
  }
  const tables = await world.database.$queryRaw<{ name: string }[]>`
    SELECT quote_ident(c.relname) AS name FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace`;
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['post', 'outbox']));
  const holding = async (text: string) => {
    const counts = await Promise.all(
      tables.map(async ({ name }) => {
        const [row] = await world.database.$queryRawUnsafe<[{ count: bigint }]>(
          `SELECT count(*) FROM ${name} t WHERE t::text LIKE $1`,
          `%${text}%`,
        );
        return row.count > 0n ? [name] : [];
      }),
    );
    return counts.flat().sort();
  };
  expect(await holding('0123 456789')).toEqual([]);
  expect([await holding('Keep this'), await holding('Keep that')]).toEqual([
    ['outbox', 'post'],
    ['outbox', 'post'],
  ]);
  const events = await world.database.outbox.findMany({ orderBy: { id: 'asc' } });
  expect(events.map(({ version }) => version)).toEqual([1n, 1n, 1n, 1n, 2n, 2n]);
});
