import type { Sql } from '../database/pool.ts';
import { notificationKinds, type NotificationKind } from './kinds.ts';
import type { NotificationSource } from './preferences.ts';

export interface NotificationSetting {
  kind: NotificationKind;
  source: NotificationSource;
  /** Whether devices are told of it. */
  push: boolean;
}

/** What is left out stays as it is. */
export type NotificationSettingChange = Omit<NotificationSetting, 'push'> & { push?: boolean | null };

/** Of every kind, in their order. */
export async function readSettings(sql: Sql, viewerId: bigint): Promise<NotificationSetting[]> {
  const { rows } = await sql.query<NotificationSetting>({
    name: 'notification-settings',
    text: 'SELECT kind, source, coalesce(push, true) AS push FROM notification_setting WHERE viewer_id = $1',
    values: [viewerId],
  });
  const settings = new Map(rows.map((row) => [row.kind, row]));
  return notificationKinds.map((kind) => settings.get(kind) ?? { kind, source: 'everyone', push: true });
}

/** What somebody is not told of on their devices, whatever the list has of it. */
export async function silentKinds(sql: Sql, viewerId: bigint): Promise<Set<NotificationKind>> {
  return new Set((await readSettings(sql, viewerId)).flatMap(({ kind, push }) => (push ? [] : [kind])));
}

/** Changes the named kinds, of each the last one named, in one statement. Doing it again changes nothing. */
export async function writeSettings(
  sql: Sql,
  viewerId: bigint,
  settings: readonly NotificationSettingChange[],
): Promise<void> {
  const last = [...new Map(settings.map((setting) => [setting.kind, setting])).values()];
  await sql.query({
    name: 'notification-settings-write',
    text: `INSERT INTO notification_setting AS s (viewer_id, kind, source, push)
      SELECT $1::bigint, kind, source, push FROM unnest($2::text[], $3::text[], $4::boolean[]) AS e(kind, source, push)
      ON CONFLICT (viewer_id, kind) DO UPDATE SET source = excluded.source, push = coalesce(excluded.push, s.push)`,
    values: [
      viewerId,
      last.map(({ kind }) => kind),
      last.map(({ source }) => source),
      last.map(({ push }) => push ?? null),
    ],
  });
}
