import type { Sql } from '../database/pool.ts';

/** Takes the head row, which every writer of notifications holds until it commits. */
export async function lockNotifications(sql: Sql): Promise<bigint> {
  const { rows } = await sql.query<{ seq: bigint }>({
    name: 'notify-lock-head',
    text: 'SELECT seq FROM notification_head FOR UPDATE',
  });
  const [head] = rows;
  if (!head) throw new Error('the timeline database has no head row of notifications: run its migrations');
  return BigInt(head.seq);
}

export async function moveNotifications(sql: Sql, seq: bigint): Promise<void> {
  await sql.query({
    name: 'notify-move-head',
    text: 'UPDATE notification_head SET seq = $1',
    values: [seq.toString()],
  });
}
