import { createPersonData, type PersonPart, type ReadPersonData } from '@murmuration/service-kit/subgraph';
import { members } from '../belonging/members.ts';
import type { Sql } from '../database/pool.ts';

/**
 * What somebody keeps here, for an export of their account. Not what the projection copied from others, nor what they were
 * told of what others did: who may be named there is decided whenever it is read.
 */
export const timelineParts: readonly [PersonPart, ...PersonPart[]] = [
  {
    name: 'lists',
    about: 'Lists of people that you made.',
    from: 'list l',
    where: 'l.owner_id = $1 AND l.deleted_at IS NULL',
    key: [['l.id', 'bigint']],
    fields: {
      id: 'l.id::text',
      name: 'l.name',
      description: 'l.description',
      isPrivate: 'l.is_private',
      createdAt: 'l.created_at',
    },
    ids: { id: 'List' },
  },
  {
    name: 'list-members',
    about: 'Who is in the lists that you made.',
    from: `list l JOIN ${members.list.table} ON ${members.list.isOf('l.id')}`,
    where: 'l.owner_id = $1 AND l.deleted_at IS NULL',
    key: [
      ['l.id', 'bigint'],
      ['f.member_id', 'bigint'],
    ],
    fields: { list: 'l.id::text', user: 'f.member_id::text', addedAt: 'f.id::text' },
    ids: { list: 'List', user: 'User' },
    times: ['addedAt'],
  },
  {
    name: 'followed-lists',
    about: 'Lists of others that you keep at hand.',
    from: 'list_follow f',
    where: 'f.follower_id = $1',
    key: [['f.id', 'bigint']],
    fields: { list: 'f.list_id::text', followedAt: 'f.id::text' },
    ids: { list: 'List' },
    times: ['followedAt'],
  },
  {
    name: 'muted-words',
    about: 'Words that you do not want to meet.',
    from: 'muted_word w',
    where: 'w.viewer_id = $1',
    key: [['w.phrase', 'text']],
    fields: { text: 'w.text', scope: 'w.scope', until: 'w.until', mutedAt: 'w.muted_at' },
  },
  {
    name: 'muted-conversations',
    about: 'Conversations that you do not want to hear of.',
    from: 'muted_thread t',
    where: 't.viewer_id = $1',
    key: [['t.root_id', 'bigint']],
    fields: { post: 't.post_id::text', scope: 't.scope', until: 't.until', mutedAt: 't.muted_at' },
    ids: { post: 'Post' },
  },
  {
    name: 'hidden-reposts',
    about: 'Whose reposts you do not want to see.',
    from: 'hidden_repost h',
    where: 'h.viewer_id = $1',
    key: [['h.person_id', 'bigint']],
    fields: { user: 'h.person_id::text', hiddenAt: 'h.hidden_at' },
    ids: { user: 'User' },
  },
  {
    name: 'notification-settings',
    about: 'What you want to hear of, and from whom.',
    from: 'notification_setting s',
    where: 's.viewer_id = $1',
    key: [['s.kind', 'text']],
    fields: { kind: 's.kind', source: 's.source', onDevices: 's.push' },
  },
  {
    name: 'device-settings',
    about: 'What messages to your devices may say, and when none is sent (minutes after midnight).',
    from: 'push_setting s',
    where: 's.viewer_id = $1',
    key: [['s.viewer_id', 'bigint']],
    fields: {
      content: 's.content',
      quietFrom: 's.quiet_from',
      quietTo: 's.quiet_to',
      timeZone: 's.time_zone',
    },
  },
  {
    name: 'devices',
    about: 'Devices that are told while no app is open; their addresses and keys are not here.',
    from: 'push_endpoint e',
    where: 'e.viewer_id = $1',
    key: [['e.session_id', 'bigint']],
    fields: {
      session: 'e.session_id::text',
      provider: 'e.provider',
      registeredAt: 'e.registered_at',
      lastSeenAt: 'e.seen_at',
    },
    ids: { session: 'Session' },
  },
  {
    name: 'markers',
    about: 'How far you have read.',
    from: 'marker m',
    where: 'm.viewer_id = $1',
    key: [['m.name', 'text']],
    fields: { name: 'm.name', place: 'm.place::text', movedAt: 'm.moved_at' },
  },
  {
    name: 'list-markers',
    about: 'How far you have read lists.',
    from: 'list_marker m',
    where: 'm.viewer_id = $1',
    key: [['m.list_id', 'bigint']],
    fields: { list: 'm.list_id::text', place: 'm.place::text', movedAt: 'm.moved_at' },
    ids: { list: 'List' },
  },
];

export function createTimelinePersonData(sql: Sql): ReadPersonData {
  return createPersonData(timelineParts, async (text, values) => (await sql.query(text, values)).rows);
}
