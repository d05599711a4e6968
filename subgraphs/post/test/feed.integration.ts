import { eventPayloads, type EventType } from '@murmuration/events';
import { servers } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseAll } from '../src/erasure/erase.ts';
import { endPolls } from '../src/polls/end.ts';
import { postSnapshots } from '../src/internal/feed.ts';
import { createWorld, type World } from './world.ts';

let world: World;
let pool: pg.Pool;

beforeAll(async () => {
  world = await createWorld();
  const url = new URL(servers().postgresUrl);
  const [{ name }] = await world.database.$queryRaw<[{ name: string }]>`SELECT current_database() AS name`;
  url.pathname = name;
  pool = new pg.Pool({ connectionString: url.href });
});
afterAll(async () => {
  await pool.end();
  await world.close();
});

test('a snapshot says of everything what its last event said', async () => {
  const first = await world.say('bob', 'Hello #flock');
  const second = await world.say('alice', { text: 'Hello @bob', replyToId: first });
  await world.say('carol', { text: 'Look', quotedId: first });
  const gone = await world.say('carol', { text: 'Not this @alice', quotedId: second });
  await world.act('carol', 'deletePost', gone);
  for (const mutation of ['likePost', 'createRepost', 'deleteRepost'])
    await world.act('carol', mutation, first);
  for (const mutation of ['likePost', 'unlikePost', 'createRepost']) await world.act('bob', mutation, second);
  for (const visibility of ['PUBLIC', 'FOLLOWERS'])
    await world.say('bob', {
      text: 'Tea, @alice?',
      visibility,
      poll: { options: ['Yes', 'No'], durationMinutes: 60 },
    });
  await pool.query(`INSERT INTO poll_vote (post_id, voter_id, choices) SELECT post_id, 3, '{0}' FROM poll`);
  const asked = await world.say('bob', {
    text: 'And now?',
    poll: { options: ['Yes', 'No'], durationMinutes: 60 },
  });
  const vote = `mutation { castVote(input: { postId: "${asked}", choices: [1] }) { errors { code } } }`;
  expect(await world.run('carol', vote)).toMatchObject({ data: { castVote: { errors: [] } } });
  await pool.query('UPDATE poll SET due_at = clock_timestamp()');
  await endPolls(world.database, new AbortController().signal);
  // Somebody who had said nothing, and somebody with whom nobody is done yet.
  await pool.query('INSERT INTO erasure (account_id) VALUES (4242)');
  await eraseAll(world.database, new AbortController().signal);
  await pool.query('INSERT INTO erasure (account_id) VALUES (4243)');
  const { rows: events } = await pool.query(
    `SELECT DISTINCT ON (aggregatetype, aggregateid) aggregatetype AS "aggregateType",
       aggregateid AS "aggregateId", version::text AS version, type, payload
     FROM outbox ORDER BY aggregatetype, aggregateid, version DESC`,
  );
  const snapshots = postSnapshots(pool);
  expect(new Set(events.map((event) => event.aggregateType))).toEqual(
    new Set(snapshots.map((snapshot) => snapshot.aggregate)),
  );
  for (const event of events) {
    const snapshot = snapshots.find(({ aggregate }) => aggregate === event.aggregateType);
    expect(await snapshot?.one(event.aggregateId)).toMatchObject(event);
    expect(eventPayloads[event.type as EventType].parse(event.payload)).toEqual(event.payload);
  }
  for (const snapshot of snapshots) {
    const { states } = await snapshot.page(null, 100);
    const mine = events.filter((event) => event.aggregateType === snapshot.aggregate);
    expect(states).toEqual(expect.arrayContaining(mine.map((event) => expect.objectContaining(event))));
  }
  const erasures = snapshots.find(({ aggregate }) => aggregate === 'erasure');
  expect((await erasures?.page(null, 100))?.states.map(({ key }) => key)).toEqual(['4242']);
  expect(await erasures?.one('4243')).toBeNull();
});
