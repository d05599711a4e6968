import type { Sql } from '../database/pool.ts';

/** Whether everything after a place, up to the head, is still in the log. */
export async function isReplayable(sql: Sql, after: bigint, head: bigint): Promise<boolean> {
  if (after >= head) return after === head;
  const { rows } = await sql.query<{ seq: bigint }>({
    name: 'log-oldest',
    text: 'SELECT seq FROM timeline_event ORDER BY seq LIMIT 1',
  });
  const [oldest] = rows;
  return oldest !== undefined && after + 1n >= oldest.seq;
}
