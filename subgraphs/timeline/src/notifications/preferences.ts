import type { Reads } from '../database/pool.ts';
import { notificationKinds, type NotificationKind } from './kinds.ts';

/** From whom somebody wants to hear of something of a kind. */
export const notificationSources = ['everyone', 'followed', 'nobody'] as const;

export type NotificationSource = (typeof notificationSources)[number];

/** What decides about a reader's notifications beside who may see whom, and where they end. */
export interface Preferences {
  sourceOf(kind: NotificationKind): NotificationSource;
  /** The place up to which they were seen; 0: none yet. */
  seen: bigint;
  head: NotificationHead;
}

/** The place of the newest notification of all. */
export interface NotificationHead {
  seq: bigint;
  /** First eight digits of what names this life of this database. */
  incarnation: string;
}

/** Of `notification_head h`. */
export const incarnationSql = `left(md5(h.incarnation::text ||
  coalesce(nullif(current_setting('murmuration.server', true), ''), server_identity())), 8) AS incarnation`;

export async function readNotificationHead(sql: Reads): Promise<NotificationHead> {
  const { rows } = await sql.query<NotificationHead>({
    name: 'notification-head',
    text: `SELECT h.seq, ${incarnationSql} FROM notification_head h`,
  });
  return headOf(rows[0]);
}

export async function readPreferences(sql: Reads, viewerId: bigint): Promise<Preferences> {
  const { rows } = await sql.query<{
    seq: bigint;
    incarnation: string;
    seen: bigint | null;
    sources: Record<string, NotificationSource> | null;
  }>({
    name: 'notification-preferences',
    text: `SELECT h.seq, ${incarnationSql},
        (SELECT place FROM marker WHERE viewer_id = $1 AND name = 'notifications') AS seen,
        (SELECT jsonb_object_agg(kind, source) FROM notification_setting WHERE viewer_id = $1) AS sources
      FROM notification_head h`,
    values: [viewerId],
  });
  const [row] = rows;
  const sources = row?.sources ?? {};
  return { sourceOf: (kind) => sources[kind] ?? 'everyone', seen: row?.seen ?? 0n, head: headOf(row) };
}

/** @throws Error where there is no such row */
export function headOf(row: NotificationHead | undefined): NotificationHead {
  if (!row) throw new Error('the timeline database has no head row of notifications: run its migrations');
  return { seq: row.seq, incarnation: row.incarnation };
}

/** Of the kinds that are asked for (all of them by default) those that the reader wants to hear of. */
export function wantedKinds(
  { sourceOf }: Pick<Preferences, 'sourceOf'>,
  asked: readonly NotificationKind[] | null = null,
): NotificationKind[] {
  return notificationKinds.filter(
    (kind) => (asked === null || asked.includes(kind)) && sourceOf(kind) !== 'nobody',
  );
}
