import type { Sql } from '../database/pool.ts';
import type { LogKind } from '../ingest/log.ts';

/** An event of the log with what decides how it is pushed. */
export interface FanoutEvent {
  seq: bigint;
  kind: LogKind;
  authorId: bigint;
  entryId: bigint | null;
  subjectId: bigint | null;
  followerCount: number;
  /** The author was too big to push before the event, and long enough for every reader to know. */
  isPulled: boolean;
  traceContext: string | null;
}

/** The next events after `seq`, in order. */
export async function readFanoutEvents(
  sql: Sql,
  seq: bigint,
  options: { limit: number; bigOverlapMs: number },
): Promise<FanoutEvent[]> {
  const { rows } = await sql.query<{
    seq: bigint;
    kind: LogKind;
    author_id: bigint;
    entry_id: bigint | null;
    subject_id: bigint | null;
    follower_count: number;
    is_pulled: boolean;
    trace_context: string | null;
  }>({
    name: 'fanout-events',
    text: `SELECT e.seq, e.kind, e.author_id, e.entry_id, e.subject_id, e.trace_context,
        coalesce(a.follower_count, 0) AS follower_count,
        coalesce(e.created_at > a.big_at + $3 * interval '1 millisecond', false) AS is_pulled
      FROM timeline_event e LEFT JOIN account a ON a.id = e.author_id
      WHERE e.seq > $1 ORDER BY e.seq LIMIT $2`,
    values: [seq, options.limit, options.bigOverlapMs],
  });
  return rows.map((row) => ({
    seq: row.seq,
    kind: row.kind,
    authorId: row.author_id,
    entryId: row.entry_id,
    subjectId: row.subject_id,
    followerCount: row.follower_count,
    isPulled: row.is_pulled,
    traceContext: row.trace_context,
  }));
}

export async function readFanoutCursor(sql: Sql): Promise<bigint> {
  const { rows } = await sql.query<{ seq: bigint }>('SELECT seq FROM fanout_cursor');
  return BigInt(rows[0]?.seq ?? 0);
}
