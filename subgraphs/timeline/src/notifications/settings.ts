import type { Sql } from '../database/pool.ts';
import { notificationKinds, type NotificationKind } from './kinds.ts';
import type { NotificationSource } from './preferences.ts';

export interface NotificationSetting {
  kind: NotificationKind;
  source: NotificationSource;
}

/** Of every kind, in their order. */
export async function readSettings(sql: Sql, viewerId: bigint): Promise<NotificationSetting[]> {
  const { rows } = await sql.query<NotificationSetting>({
    name: 'notification-settings',
    text: 'SELECT kind, source FROM notification_setting WHERE viewer_id = $1',
    values: [viewerId],
  });
  const sources = new Map(rows.map(({ kind, source }) => [kind, source]));
  return notificationKinds.map((kind) => ({ kind, source: sources.get(kind) ?? 'everyone' }));
}

/** Changes the named kinds, of each the last one named, in one statement. Doing it again changes nothing. */
export async function writeSettings(
  sql: Sql,
  viewerId: bigint,
  settings: readonly NotificationSetting[],
): Promise<void> {
  const sources = new Map(settings.map(({ kind, source }) => [kind, source]));
  await sql.query({
    name: 'notification-settings-write',
    text: `INSERT INTO notification_setting (viewer_id, kind, source)
      SELECT $1::bigint, kind, source FROM unnest($2::text[], $3::text[]) AS e(kind, source)
      ON CONFLICT (viewer_id, kind) DO UPDATE SET source = excluded.source`,
    values: [viewerId, [...sources.keys()], [...sources.values()]],
  });
}
