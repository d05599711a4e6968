import { tracesInDatabase, tracesInRedis } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noteErasures } from '../src/erasure/consumer.ts';
import { eraseNext } from '../src/erasure/erase.ts';
import { rollUpCounts } from '../src/housekeeping/roll-up.ts';
import { at, cast, createWorld, type World } from './world.ts';

let world: World;
let pool: pg.Pool;
beforeAll(async () => {
  world = await createWorld();
  pool = new pg.Pool({ connectionString: world.databaseUrl, max: 1 });
});
afterAll(async () => {
  await pool.end();
  await world.close();
});

const going = new AbortController().signal;
const told = (userId: bigint) => [
  { type: 'erasure.finished', payload: { userId: String(userId) } } as Parameters<
    typeof noteErasures
  >[1][number],
];

async function note(userId: bigint): Promise<void> {
  const client = await pool.connect();
  await noteErasures(client, told(userId)).finally(() => client.release());
}

const countsOf = async (id: string) =>
  at(await world.run(null, `{ post(id: "${id}") { likeCount repostCount replyCount quoteCount } }`), 'post');

it('nothing is left of what somebody said and did, and what others said stays', async () => {
  const { database } = world;
  // Ids that no other number of the tables contains.
  const [{ alice }] = await database.$queryRaw<[{ alice: bigint }]>`SELECT next_id() AS alice`;
  const kept = await world.say('bob', 'Everybody’s own words');
  const secret = await world.say('alice', {
    text: 'An unlikely secret #unlikelytag',
    idempotencyKey: 'unlikely-key',
  });
  const answer = await world.say('bob', { text: 'Well, @alice', replyToId: secret });
  const quoting = await world.say('carol', { text: 'Look', quotedId: secret });
  await world.say('alice', { text: 'An unlikely answer', replyToId: kept });
  const gone = await world.say('alice', 'An unlikely thing that was deleted');
  await world.act('alice', 'deletePost', gone);
  await world.act('carol', 'createRepost', secret);
  for (const mutation of ['likePost', 'createRepost']) await world.act('alice', mutation, kept);
  await world.act('alice', 'likePost', answer);
  await world.act('alice', 'unlikePost', answer);
  // As if the person had another id from the beginning: a one stands everywhere.
  await database.$executeRawUnsafe(`UPDATE post SET author_id = CASE WHEN author_id = 1 THEN ${alice} ELSE author_id END,
    reply_to_author_id = CASE WHEN reply_to_author_id = 1 THEN ${alice} ELSE reply_to_author_id END,
    mentioned_ids = array_replace(mentioned_ids, 1::bigint, ${alice}::bigint),
    facets = replace(facets::text, '"userId": "1"', '"userId": "${alice}"')::jsonb`);
  for (const [table, column] of [
    ['repost', 'author_id'],
    ['post_like', 'user_id'],
    ['idempotency_key', 'viewer_id'],
    ['author_count_delta', 'author_id'],
  ]) {
    await database.$executeRawUnsafe(`UPDATE ${table} SET ${column} = ${alice} WHERE ${column} = 1`);
  }
  await rollUpCounts(database);

  const texts = ['unlikely', String(alice)];
  const before = await tracesInDatabase(world.databaseUrl, texts);
  expect(before['unlikely']).toEqual(
    expect.arrayContaining(['idempotency_key', 'outbox', 'post', 'post_hashtag']),
  );
  await note(alice);
  await expect(eraseNext(database, AbortSignal.abort(new Error('stops')))).rejects.toThrow('stops');
  await Promise.all([eraseNext(database, going), eraseNext(database, going)]);
  expect(await eraseNext(database, going)).toBeNull();
  await note(alice);
  expect(await eraseNext(database, going)).toBeNull();

  const after = await tracesInDatabase(world.databaseUrl, texts);
  expect(after['unlikely']).toBeUndefined();
  // The outbox says numbers until its day is retired.
  expect(after[String(alice)]?.filter((table) => !['erasure', 'outbox'].includes(table))).toEqual([]);
  expect(await tracesInRedis(world.redis.client, texts)).toEqual({});
  expect(await countsOf(kept)).toEqual({ likeCount: 0, repostCount: 0, replyCount: 0, quoteCount: 0 });

  // What others said is theirs; of whom they named nothing but the word is left.
  const seen = await world.run(
    'carol',
    `{ answer: post(id: "${answer}") { text facets { __typename } } quoting: post(id: "${quoting}") { text quoted { id } }
      secret: post(id: "${secret}") { id } }`,
  );
  expect(seen).toMatchObject({
    data: {
      answer: { text: 'Well, @alice', facets: [] },
      quoting: { text: 'Look', quoted: null },
      secret: null,
    },
    codes: [],
  });
  const [{ last }] = await database.$queryRaw<[{ last: string }]>`
    SELECT type AS last FROM outbox ORDER BY xid DESC, id DESC LIMIT 1`;
  expect(last).toBe('erasure.finished');
  expect(cast.alice).toBe(1n);
});
