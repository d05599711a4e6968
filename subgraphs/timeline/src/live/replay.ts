import type { Sql } from '../database/pool.ts';
import { type LogEvent, type LogRow, logColumns, logEventOf } from './log-event.ts';

/** Above this many followees the stretch of the log is scanned; below, each author's part is looked up. */
const lookUpFollowees = 500;

const mine = `mine AS MATERIALIZED (
  SELECT followee_id AS id, since_seq FROM follow WHERE follower_id = $1 AND active
  UNION ALL SELECT $1::bigint, 0)`;

const isTold = `e.kind IN ('post', 'post_removed', 'repost', 'repost_removed')`;

const byAuthor = `SELECT t.* FROM mine a CROSS JOIN LATERAL (
  SELECT e.* FROM timeline_event e
  WHERE e.author_id = a.id AND e.seq > greatest($2, a.since_seq) AND e.seq <= $3 AND ${isTold}
  ORDER BY e.seq LIMIT $4) t`;

const byScan = `SELECT e.* FROM timeline_event e JOIN mine a ON a.id = e.author_id
  WHERE e.seq > greatest($2, a.since_seq) AND e.seq <= $3 AND ${isTold}`;

/** Posts of others that left because they were deleted, after somebody of mine had reposted them. */
const repostedAndGone = `SELECT e.* FROM timeline_event e
  WHERE e.kind = 'post_removed' AND e.seq > $2 AND e.seq <= $3 AND e.author_id NOT IN (SELECT id FROM mine)
    AND EXISTS (SELECT FROM repost_ref r JOIN mine a ON a.id = r.author_id
      WHERE r.original_id = e.post_id AND r.active)`;

function statement(name: string, select: string): { name: string; text: string } {
  return {
    name,
    text: `WITH ${mine}
      SELECT ${logColumns} FROM (${select} UNION ALL ${repostedAndGone} ORDER BY seq LIMIT $4) e
      LEFT JOIN post_ref p ON p.id = e.post_id ORDER BY e.seq`,
  };
}

const statements = {
  byAuthor: statement('replay-by-author', byAuthor),
  byScan: statement('replay-by-scan', byScan),
};

export interface ReplayRange {
  /** Exclusive. */
  after: bigint;
  /** Inclusive. */
  through: bigint;
}

/** Events of a stretch of the log that may concern a viewer, by whom the viewer follows now; at most `limit`. */
export async function selectReplay(
  sql: Sql,
  viewerId: bigint,
  { after, through }: ReplayRange,
  limit: number,
): Promise<LogEvent[]> {
  const counted = await sql.query<{ followee_count: number }>({
    name: 'replay-followees',
    text: 'SELECT followee_count FROM reader WHERE id = $1',
    values: [viewerId],
  });
  const isWide = (counted.rows[0]?.followee_count ?? 0) > lookUpFollowees;
  const { rows } = await sql.query<LogRow>({
    ...(isWide ? statements.byScan : statements.byAuthor),
    values: [viewerId, after, through, limit],
  });
  return rows.map(logEventOf);
}

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
