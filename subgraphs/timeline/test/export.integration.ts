import { encodeId } from '@murmuration/ids';
import type { PersonDataPage } from '@murmuration/service-kit/subgraph';
import { createTestDatabase, tablesIn, type TestDatabase } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTimelinePersonData, timelineParts } from '../src/export/person-data.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase('timeline');
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Tables of which an export has nothing: copies of what others own, what was told of others, the log, and how far who is. */
const leftOut = new Set(
  [
    'account reader follow block mute post_ref repost_ref notification notification_act notification_head',
    'timeline_head timeline_event fanout_cursor fanout_task fanout_chunk consumer backfill dead_letter dirty_aggregate',
    'erasure audience_key ended_session job_worker _prisma_migrations',
  ].flatMap((names) => names.split(' ')),
);

test('of every table it was decided whether an export has it', async () => {
  const exported = new Set(timelineParts.flatMap(({ from }) => from.match(/^\w+|(?<=JOIN )\w+/g) ?? []));
  const undecided = (await tablesIn(database.url)).filter(
    (table) => exported.has(table) === leftOut.has(table),
  );
  expect(undecided).toEqual([]);
});

test('what a person keeps is told, by ids as clients know them; not who is across a block, nor the key of a device', async () => {
  await pool.query(`
    INSERT INTO list (id, owner_id, name, is_private) VALUES (10, 1, 'Birds', true), (11, 2, 'of another', false);
    INSERT INTO list (id, owner_id, name, is_private, deleted_at) VALUES (12, 1, 'gone', false, now());
    INSERT INTO list_member (list_id, member_id, owner_id, since_seq) VALUES (10, 2, 1, 0), (10, 3, 1, 0), (10, 4, 1, 0);
    INSERT INTO block (blocker_id, blocked_id, active, version) VALUES (3, 1, true, 1);
    INSERT INTO list_follow (follower_id, list_id) VALUES (1, 11), (2, 10);
    INSERT INTO muted_word (viewer_id, phrase, text, scope) VALUES (1, 'a', 'A', 'home'), (1, 'b', 'B', 'everywhere'), (2, 'c', 'C', 'home');
    INSERT INTO muted_thread (viewer_id, root_id, post_id, scope) VALUES (1, 50, 51, 'notifications');
    INSERT INTO hidden_repost (viewer_id, person_id) VALUES (1, 4);
    INSERT INTO notification_setting (viewer_id, kind, source, push) VALUES (1, 'like', 'followed', false);
    INSERT INTO push_setting (viewer_id, content) VALUES (1, 'full');
    INSERT INTO push_endpoint (session_id, viewer_id, provider, target_hash, key_id, box) VALUES (70, 1, 'web', 'hash', 'key', 'sealed');
    INSERT INTO marker (viewer_id, name, place) VALUES (1, 'home', 99);
    INSERT INTO list_marker (viewer_id, list_id, place) VALUES (1, 11, 98);`);
  const read = createTimelinePersonData(pool);
  const found: Record<string, object[]> = {};
  let page: PersonDataPage | null = await read(1n, null);
  while (page) {
    (found[page.part.name] ??= []).push(...page.rows);
    page = page.next && (await read(1n, page.next));
  }
  const at = expect.stringMatching(/^20\d\d-/);
  const user = (id: bigint) => encodeId('User', id);
  const list = (id: bigint) => encodeId('List', id);
  expect(found).toEqual({
    lists: [{ id: list(10n), name: 'Birds', description: '', isPrivate: true, createdAt: at }],
    'list-members': [2n, 4n].map((id) => ({ list: list(10n), user: user(id), addedAt: at })),
    'followed-lists': [{ list: list(11n), followedAt: at }],
    'muted-words': [
      { text: 'A', scope: 'home', until: null, mutedAt: at },
      { text: 'B', scope: 'everywhere', until: null, mutedAt: at },
    ],
    'muted-conversations': [
      { post: encodeId('Post', 51n), scope: 'notifications', until: null, mutedAt: at },
    ],
    'hidden-reposts': [{ user: user(4n), hiddenAt: at }],
    'notification-settings': [{ kind: 'like', source: 'followed', onDevices: false }],
    'device-settings': [{ content: 'full', quietFrom: null, quietTo: null, timeZone: null }],
    devices: [{ session: encodeId('Session', 70n), provider: 'web', registeredAt: at, lastSeenAt: at }],
    markers: [{ name: 'home', place: '99', movedAt: at }],
    'list-markers': [{ list: list(11n), place: '98', movedAt: at }],
  });
});
