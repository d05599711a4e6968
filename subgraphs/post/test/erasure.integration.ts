import { tablesScannedBy, tracesInDatabase, tracesInRedis, whileHeld } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noteErasures } from '../src/erasure/consumer.ts';
import { eraseAll } from '../src/erasure/erase.ts';
import { rollUpCounts } from '../src/housekeeping/roll-up.ts';
import { at, cast, createWorld, type World } from './world.ts';

let world: World;
let pool: pg.Pool;
const statements: string[] = [];
beforeAll(async () => {
  world = await createWorld({ onStatement: (sql) => void statements.push(sql) });
  pool = new pg.Pool({ connectionString: world.databaseUrl, max: 1 });
});
afterAll(async () => {
  await pool.end();
  await world.close();
});

const going = new AbortController().signal;
async function note(userId: bigint, version: bigint): Promise<void> {
  const client = await pool.connect();
  const told = { type: 'erasure.finished' as const, version, payload: { userId: String(userId) } };
  await noteErasures(client, [told]).finally(() => client.release());
}
const erase = (signal = going) => eraseAll(world.database, signal);

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
  await world.say('alice', {
    text: 'An unlikely question',
    poll: { options: ['unlikely', 'likely'], durationMinutes: 60 },
  });
  const asked = await world.say('bob', {
    text: 'Tea?',
    poll: { options: ['Yes', 'No'], durationMinutes: 60 },
  });
  for (const name of ['alice', 'carol'] as const)
    await world.run(
      name,
      `mutation { castVote(input: { postId: "${asked}", choices: [1] }) { post { id } } }`,
    );
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
    ['poll_vote', 'voter_id'],
    ['idempotency_key', 'viewer_id'],
    ['author_count_delta', 'author_id'],
  ]) {
    await database.$executeRawUnsafe(`UPDATE ${table} SET ${column} = ${alice} WHERE ${column} = 1`);
  }
  await rollUpCounts(database);

  const texts = ['unlikely', String(alice)];
  const before = await tracesInDatabase(world.databaseUrl, texts);
  expect(before['unlikely']).toEqual(
    expect.arrayContaining(['idempotency_key', 'outbox', 'poll', 'post', 'post_hashtag']),
  );
  // What cannot be taken back, for its post is not there any more, goes as well.
  await database.$executeRaw`INSERT INTO post_like (user_id, post_id, active) VALUES (${alice}, 1, true)`;
  await note(alice, 7n);
  await expect(erase(AbortSignal.abort(new Error('stops')))).rejects.toThrow('stops');
  statements.length = 0;
  await Promise.all([erase(), erase()]);
  // One row says which database this is.
  expect(await tablesScannedBy(world.databaseUrl, statements)).toEqual(['feed_identity']);
  expect(await erase()).toEqual([]);
  // Whatever is read anew tells of it again.
  await note(alice, 7n);
  expect(await erase()).toEqual([]);

  const after = await tracesInDatabase(world.databaseUrl, texts);
  expect(after['unlikely']).toBeUndefined();
  // The outbox says numbers until its day is retired.
  expect(after[String(alice)]?.filter((table) => !['erasure', 'outbox'].includes(table))).toEqual([]);
  expect(await tracesInRedis(world.redis.client, texts)).toEqual({});
  expect(await countsOf(kept)).toEqual({ likeCount: 0, repostCount: 0, replyCount: 0, quoteCount: 0 });

  const counts = `{ post(id: "${asked}") { poll { voterCount options { voteCount } } } }`;
  expect(at(await world.run('bob', counts), 'post.poll')).toEqual({
    voterCount: 1,
    options: [{ voteCount: 0 }, { voteCount: 1 }],
  });

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

const eventsOf = (id: bigint) => world.database.$queryRaw<{ version: bigint }[]>`
  SELECT version FROM outbox WHERE aggregatetype = 'erasure' AND aggregateid = ${String(id)} ORDER BY xid, id`;

it('who came back with an older copy of `user` is erased again, and others are told so anew', async () => {
  const { carol } = cast;
  await note(carol, 5n);
  expect(await erase()).toEqual([carol]);
  const again = await world.say('carol', 'Said in another life');
  await note(carol, 4n);
  expect(await erase()).toEqual([]);
  await note(carol, 6n);
  expect(await erase()).toEqual([carol]);
  expect(await world.run('bob', `{ post(id: "${again}") { id } }`)).toMatchObject({ data: { post: null } });
  const [first, second, ...more] = await eventsOf(carol);
  expect(more).toEqual([]);
  expect(second?.version).toBeGreaterThan(first?.version ?? 0n);
});

it('is done to its end while another process holds what there is to remove, and keeps nobody from it who fails', async () => {
  const { database } = world;
  const [one, other] = [8_001n, 8_002n];
  await database.$executeRaw`
    INSERT INTO idempotency_key (viewer_id, mutation, key, input_hash)
    SELECT ${other}, 'createPost', n::text, '' FROM generate_series(1, 700) n`;
  await database.$executeRaw`INSERT INTO post_like (user_id, post_id, active) VALUES (${one}, 1, false)`;
  await database.$executeRawUnsafe(`
    CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF OLD.user_id = ${one} THEN RAISE 'not this one'; END IF; RETURN OLD; END $$`);
  await database.$executeRaw`
    CREATE TRIGGER refuse_one BEFORE DELETE ON post_like FOR EACH ROW EXECUTE FUNCTION refuse_one()`;
  await note(one, 1n);
  await note(other, 1n);
  const held = `DELETE FROM idempotency_key WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency_key WHERE viewer_id = ${other} LIMIT 500))`;
  await expect(whileHeld(world.databaseUrl, held, erase)).rejects.toThrow(AggregateError);
  expect(await database.idempotencyKey.count({ where: { viewerId: other } })).toBe(0);
  expect([await eventsOf(one), await eventsOf(other)]).toEqual([[], [expect.anything()]]);
  await database.$executeRaw`DROP TRIGGER refuse_one ON post_like`;
  expect(await erase()).toEqual([one]);
});
