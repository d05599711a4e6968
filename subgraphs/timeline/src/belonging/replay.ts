import type { Sql } from '../database/pool.ts';
import { timelineLimits } from '../limits.ts';
import { type LogEvent, type LogRow, logColumns, logEventOf } from '../log/log-event.ts';
import { repostersSql } from './repost-viewers.ts';

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

/** Whether somebody of mine brought in what the event's author wrote. */
const isReposted = `EXISTS (SELECT FROM (${repostersSql('e.author_id', String(timelineLimits.repostsOfHidden))}) r
  JOIN mine m ON m.id = r.author_id)`;

/** What hides somebody from the viewer, and still does. Of strangers who blocked the viewer nothing was to be seen: nothing is told. */
const hidden = `SELECT e.* FROM timeline_event e
  WHERE e.author_id = $1 AND e.seq > $2 AND e.seq <= $3 AND CASE e.kind
    WHEN 'unfollow' THEN e.subject_id NOT IN (SELECT id FROM mine)
    WHEN 'block' THEN EXISTS (SELECT FROM block b WHERE b.blocker_id = $1 AND b.blocked_id = e.subject_id AND b.active)
    WHEN 'mute' THEN EXISTS (SELECT FROM mute m WHERE m.muter_id = $1 AND m.muted_id = e.subject_id AND m.active)
    ELSE false END
  UNION ALL
  SELECT e.* FROM timeline_event e JOIN block b ON b.blocker_id = e.author_id AND b.blocked_id = $1 AND b.active
  WHERE e.kind = 'block' AND e.subject_id = $1 AND e.seq > $2 AND e.seq <= $3 AND ${isReposted}
  UNION ALL
  SELECT e.* FROM timeline_event e JOIN account a ON a.id = e.author_id
  WHERE e.kind IN ('private', 'suspended') AND e.seq > $2 AND e.seq <= $3 AND e.author_id <> $1
    AND CASE e.kind WHEN 'private' THEN a.is_private ELSE a.is_suspended END
    AND CASE WHEN e.author_id IN (SELECT id FROM mine) THEN e.kind = 'suspended' ELSE ${isReposted} END`;

const besides = `${repostedAndGone} UNION ALL ${hidden}`;

function statement(name: string, select: string): { name: string; text: string } {
  return {
    name,
    text: `WITH ${mine}
      SELECT ${logColumns} FROM (${select} UNION ALL ${besides} ORDER BY seq LIMIT $4) e
      LEFT JOIN post_ref p ON p.id = e.post_id ORDER BY e.seq`,
  };
}

const statements = {
  byAuthor: statement('replay-by-author', byAuthor),
  byScan: statement('replay-by-scan', byScan),
};

function counting(name: string, select: string): { name: string; text: string } {
  return {
    name,
    text: `WITH ${mine}
      SELECT count(*)::integer AS count FROM (SELECT FROM (${select} UNION ALL ${besides}) e LIMIT $4) counted`,
  };
}

const counts = {
  byAuthor: counting('replay-count-by-author', byAuthor),
  byScan: counting('replay-count-by-scan', byScan),
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
  const { rows } = await sql.query<LogRow>({
    ...statements[await roadOf(sql, viewerId)],
    values: [viewerId, after, through, limit],
  });
  return rows.map(logEventOf);
}

/** Whether more than `most` events of a stretch of the log may concern a viewer. */
export async function isReplayOver(
  sql: Sql,
  viewerId: bigint,
  { after, through }: ReplayRange,
  most: number,
): Promise<boolean> {
  // The stretch is all of the world's events: a short one needs no counting.
  if (through - after <= BigInt(most)) return false;
  const { rows } = await sql.query<{ count: number }>({
    ...counts[await roadOf(sql, viewerId)],
    values: [viewerId, after, through, most + 1],
  });
  return (rows[0]?.count ?? 0) > most;
}

async function roadOf(sql: Sql, viewerId: bigint): Promise<keyof typeof statements> {
  const counted = await sql.query<{ followee_count: number }>({
    name: 'replay-followees',
    text: 'SELECT followee_count FROM reader WHERE id = $1',
    values: [viewerId],
  });
  return (counted.rows[0]?.followee_count ?? 0) > timelineLimits.replayLookUps ? 'byScan' : 'byAuthor';
}
