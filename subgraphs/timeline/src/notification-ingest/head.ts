import type { Sql } from '../database/pool.ts';
import { headOf, incarnationSql, type NotificationHead } from '../notifications/preferences.ts';

/** Takes the head row, which every writer of notifications holds until it commits. */
export async function lockNotifications(sql: Sql): Promise<NotificationHead> {
  const { rows } = await sql.query<NotificationHead>({
    name: 'notify-lock-head',
    text: `SELECT h.seq, ${incarnationSql} FROM notification_head h FOR UPDATE`,
  });
  return headOf(rows[0]);
}

export async function moveNotifications(sql: Sql, seq: bigint): Promise<void> {
  await sql.query({
    name: 'notify-move-head',
    text: 'UPDATE notification_head SET seq = $1',
    values: [seq.toString()],
  });
}
