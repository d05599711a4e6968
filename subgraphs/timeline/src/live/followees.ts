import type { Sql } from '../database/pool.ts';

/** Whom a viewer follows, as of one place of the log. */
export interface Followees {
  /** Since which event, by person. */
  since: Map<bigint, bigint>;
  asOf: bigint;
}

export async function readFollowees(sql: Sql, viewerId: bigint): Promise<Followees> {
  const { rows } = await sql.query<{ seq: bigint; ids: bigint[]; since: bigint[] }>({
    name: 'live-followees',
    text: `SELECT h.seq, coalesce(array_agg(f.followee_id ORDER BY f.followee_id) FILTER (WHERE f.active), '{}') AS ids,
        coalesce(array_agg(f.since_seq ORDER BY f.followee_id) FILTER (WHERE f.active), '{}') AS since
      FROM timeline_head h LEFT JOIN follow f ON f.follower_id = $1 GROUP BY h.seq`,
    values: [viewerId],
  });
  const [row] = rows;
  const since = new Map(row?.ids.map((id, index) => [id, row.since[index] ?? 0n]));
  return { since, asOf: row?.seq ?? 0n };
}
