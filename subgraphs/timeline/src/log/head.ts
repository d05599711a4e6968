import type { Reads, Sql } from '../database/pool.ts';

/** Where the log ends. */
export interface LogHead {
  seq: bigint;
  /** First eight digits of the projection's incarnation. */
  incarnation: string;
}

/**
 * Of `timeline_head h`: the projection's own, and the server's that holds it, so that one which lost its last commits
 * in a failover is another one. Connections know the server's (see `database/pool.ts`): asking takes it 40 µs.
 */
export const incarnationSql = `left(md5(h.incarnation::text ||
  coalesce(nullif(current_setting('murmuration.server', true), ''), server_identity())), 8)`;

export async function readLogHead(sql: Reads): Promise<LogHead> {
  const { rows } = await sql.query<LogHead>({
    name: 'log-head',
    text: `SELECT h.seq, ${incarnationSql} AS incarnation FROM timeline_head h`,
  });
  const [head] = rows;
  if (!head) throw noHead();
  return head;
}

export function noHead(): Error {
  return new Error('the timeline database has no head row: run its migrations');
}

/** Takes the head row, which every writer of the log holds until it commits. */
export async function lockHead(sql: Sql): Promise<bigint> {
  const { rows } = await sql.query<{ seq: string }>({
    name: 'log-lock-head',
    text: 'SELECT seq FROM timeline_head FOR UPDATE',
  });
  return BigInt(rows[0]?.seq ?? 0);
}

/** A backfill begins: until it ends no cached list is believed. */
export async function beginRebuilding(sql: Sql): Promise<void> {
  await sql.query('UPDATE timeline_head SET is_rebuilding = true');
}

/** A backfill changed something. */
export async function noteRebuilt(sql: Sql): Promise<void> {
  await sql.query('UPDATE timeline_head SET is_rebuilt = true WHERE NOT is_rebuilt');
}

/**
 * A backfill has ended. With the last one, if anything changed, the projection becomes another one than any cached
 * list or live cursor knows: once, whatever was read anew. What is read anew for another purpose is none of it.
 */
export async function endRebuilding(sql: Sql): Promise<void> {
  await sql.query(`UPDATE timeline_head SET is_rebuilding = false, is_rebuilt = false,
      incarnation = CASE WHEN is_rebuilt THEN gen_random_uuid() ELSE incarnation END
    WHERE NOT EXISTS (SELECT FROM backfill WHERE feed NOT LIKE '%/%')`);
}
