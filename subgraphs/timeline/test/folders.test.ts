import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const source = new URL('../src/', import.meta.url).pathname;

/** The folders that the files of one folder import from. */
function standsOn(folder: string): Set<string> {
  const files = readdirSync(join(source, folder)).filter((name) => name.endsWith('.ts'));
  expect(files).not.toEqual([]);
  const imported = files.flatMap((name) => [
    ...readFileSync(join(source, folder, name), 'utf8').matchAll(/\bfrom '\.\.\/([\w-]+)\//g),
  ]);
  return new Set(imported.map(([, name = '']) => name));
}

/** All files, by the folder right below the source. */
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

const foundations = new Set(['log', 'belonging', 'home-cache', 'pages', 'words', 'database', 'generated']);

test.each(['home', 'live', 'fanout'])('%s stands on what all share, and on none of the others', (folder) => {
  expect([...standsOn(folder).difference(foundations)]).toEqual([]);
});

test.each(['log', 'belonging', 'home-cache', 'pages'])(
  '%s, which all share, stands on nothing that stands on it',
  (folder) => {
    expect([...standsOn(folder).difference(foundations)]).toEqual([]);
  },
);

test('the log stands on the database alone', () => {
  expect([...standsOn('log')]).toEqual(['database']);
});

test.each([
  ['notifications', ['belonging', 'database', 'generated', 'log', 'words']],
  ['notification-ingest', ['database', 'erasure', 'notifications', 'push', 'words']],
  ['notification-live', ['database', 'log', 'markers', 'notifications']],
  ['push', ['database', 'generated', 'notifications']],
  ['markers', ['belonging', 'database', 'generated']],
  ['lists', ['belonging', 'database', 'generated', 'log']],
])('%s stands beside the home timeline, on what all share', (folder, on) => {
  expect([...standsOn(folder).difference(new Set(on))]).toEqual([]);
});

function writersOf(tables: string): (string | undefined)[] {
  const writes = new RegExp(`(?:INSERT INTO|UPDATE|DELETE FROM) (?:${tables})\\b`);
  const writing = files.filter((name) => writes.test(readFileSync(join(source, name), 'utf8')));
  return [...new Set(writing.map((name) => name.split('/')[0]))];
}

test('nothing but the log writes to the log, and nothing but the fan-out to its tasks', () => {
  expect(writersOf('timeline_event|timeline_head')).toEqual(['log']);
  expect(writersOf('fanout_task|fanout_cursor')).toEqual(['fanout']);
});

test('what is nowhere else has one writer each, and none of them is a backfill', () => {
  // Who is gone is erased everywhere.
  const writersBut = (tables: string) => writersOf(tables).filter((folder) => folder !== 'erasure');
  expect(writersBut('marker')).toEqual(['markers']);
  expect(writersBut('notification_setting')).toEqual(['notifications']);
  expect(writersBut('push_endpoint|push_setting|ended_session')).toEqual(['push']);
  expect(writersBut('muted_word|muted_thread|hidden_repost')).toEqual(['words']);
  expect(writersBut('list|list_member|list_follow|list_marker')).toEqual(['lists']);
  expect(writersBut('notification|notification_act|notification_head')).toEqual(['notification-ingest']);
});
