import { createTestDatabase, runCommand } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase('timeline');
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query(`TRUNCATE dead_letter, dirty_aggregate;
    INSERT INTO dead_letter (feed, event_id, aggregatetype, aggregateid, version, type, payload, error, attempts) VALUES
      ('user', 11, 'follow', '1:2', 3, 'follow.changed', '{"state": "odd"}', E'Error: odd\nat line 1', 5),
      ('user', 12, 'block', '1:3', 1, 'block.changed', '{}', 'Error: no', 5);
    INSERT INTO dirty_aggregate (feed, aggregatetype, aggregateid, attempts, next_attempt_at, last_error) VALUES
      ('user', 'follow', '1:2', 3, now() + interval '1 hour', 'Error: away'),
      ('post', 'post', '77', 9, now() + interval '1 hour', 'Error: gone');`);
});

/** As somebody runs it in a worker's pod. */
const run = (...words: string[]) =>
  runCommand(new URL('../src/dead-letters.ts', import.meta.url), words, {
    TIMELINE_DATABASE_URL: database.url,
  });

const left = async () => {
  const letters = await pool.query<{ id: string }>('SELECT event_id::text AS id FROM dead_letter ORDER BY 1');
  const dirty = await pool.query<{ name: string; isDue: boolean }>(
    `SELECT aggregatetype || '/' || aggregateid AS name, next_attempt_at <= now() AS "isDue" FROM dirty_aggregate ORDER BY 1`,
  );
  return {
    letters: letters.rows.map(({ id }) => id),
    dirty: Object.fromEntries(dirty.rows.map(({ isDue, name }) => [name, isDue ? 'due' : 'later'])),
  };
};

test('lists and shows letters and dirty aggregates', async () => {
  const listed = await run('list');
  expect(listed.code).toBe(0);
  for (const word of ['follow/1:2', 'block/1:3', 'Error: odd', 'post/77', 'Error: gone'])
    expect(listed.out).toContain(word);
  // What people wrote is shown of one that is asked for, and not by a list.
  expect(listed.out).not.toContain('state');
  const shown = await run('show', 'user', '11');
  expect(JSON.parse(shown.out)).toMatchObject({ payload: { state: 'odd' }, error: 'Error: odd\nat line 1' });
  expect(JSON.parse((await run('show', 'post', 'post/77')).out)).toMatchObject({ last_error: 'Error: gone' });
});

test('tries again one letter, one aggregate, or all of a feed', async () => {
  expect((await run('retry', 'user', '12')).out).toBe('1 aggregate will be fetched anew, 1 letter let go\n');
  expect(await left()).toEqual({
    letters: ['11'],
    dirty: { 'block/1:3': 'due', 'follow/1:2': 'later', 'post/77': 'later' },
  });
  expect((await run('retry', 'post', 'post/77')).out).toBe(
    '1 aggregate will be fetched anew, 0 letters let go\n',
  );
  expect((await run('retry', 'user')).out).toBe('2 aggregates will be fetched anew, 1 letter let go\n');
  expect(await left()).toEqual({
    letters: [],
    dirty: { 'block/1:3': 'due', 'follow/1:2': 'due', 'post/77': 'due' },
  });
});

test('drops the letters of a feed, or what is named', async () => {
  expect((await run('drop', 'user', '12')).out).toBe('1 letter and 0 dirty aggregates dropped\n');
  expect((await run('drop', 'user', 'follow/1:2')).out).toBe('1 letter and 1 dirty aggregate dropped\n');
  expect(await left()).toEqual({ letters: [], dirty: { 'post/77': 'later' } });
});

test.each([
  [['show', 'user', '99'], 1, ''],
  [['retry', 'post', 'post/78'], 1, ''],
  [['drop', 'post'], 1, ''],
  [['retry', 'usr'], 3, 'Known: user, user/notifications, post, post/notifications.'],
  [['drop', 'user', 'one of them'], 3, 'neither the number of an event nor an aggregate'],
] as const)('%j changes nothing and ends with %i', async (words, code, says) => {
  const before = await left();
  const answer = await run(...words);
  expect(answer.code).toBe(code);
  expect(answer.err).toContain(says);
  expect(await left()).toEqual(before);
});
