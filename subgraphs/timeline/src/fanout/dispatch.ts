import type { Sql } from '../database/pool.ts';
import type { TimelineLimits } from '../limits.ts';
import type { LogKind } from '../log/append.ts';

/**
 * Makes tasks of what the log has behind the cursor, in one statement: nobody can be between two of its parts.
 * Events of small authors go together, those of large ones alone, in ranges of their followers' buckets, those of
 * big ones to nobody: their followers pull them. One process does it at a time; others find the cursor's row locked and do something else.
 */
const dispatchSql = `WITH c AS (SELECT seq FROM fanout_cursor FOR UPDATE SKIP LOCKED),
e AS MATERIALIZED (
  SELECT e.seq, e.kind, e.author_id, e.subject_id, e.kind IN ('post', 'repost') AS is_addition,
    coalesce(a.follower_count, 0) > $2 AS is_large,
    -- Ranges of buckets, at most one each.
    least(greatest((coalesce(a.follower_count, 0) + $5 - 1) / $5, 1), 64) AS ranges,
    coalesce(e.created_at > a.big_at + $4 * interval '1 millisecond', false) AS is_pulled
  FROM c JOIN timeline_event e ON e.seq > c.seq LEFT JOIN account a ON a.id = e.author_id
  ORDER BY e.seq LIMIT $1),
small AS (
  INSERT INTO fanout_task (seq, seqs, is_large)
  SELECT min(seq), array_agg(seq ORDER BY seq), false FROM (
    SELECT seq, row_number() OVER (ORDER BY seq) - 1 AS number FROM e
    WHERE is_addition AND NOT is_pulled AND NOT is_large) s
  GROUP BY number / $3 ON CONFLICT DO NOTHING RETURNING seq),
large AS (
  INSERT INTO fanout_task (seq, seqs, is_large, after_bucket, through_bucket)
  SELECT seq, ARRAY[seq], true, 64 * number / ranges, 64 * (number + 1) / ranges - 1
  FROM e CROSS JOIN LATERAL generate_series(0, ranges - 1) AS number
  WHERE is_addition AND NOT is_pulled AND is_large ON CONFLICT DO NOTHING RETURNING seq),
-- Of a worker of the release before.
left_over AS (DELETE FROM fanout_chunk RETURNING seq, after_bucket, after_follower_id),
taken_over AS (
  INSERT INTO fanout_task (seq, seqs, is_large, after_bucket, after_follower_id)
  SELECT seq, ARRAY[seq], true, after_bucket, after_follower_id FROM left_over ON CONFLICT DO NOTHING RETURNING seq),
moved AS (UPDATE fanout_cursor SET seq = (SELECT max(seq) FROM e) WHERE EXISTS (SELECT FROM e))
SELECT kind, author_id, subject_id, 0 AS events, 0 AS small, 0 AS large FROM e WHERE subject_id IS NOT NULL
UNION ALL SELECT NULL, NULL, NULL, (SELECT count(*)::integer FROM e), (SELECT count(*)::integer FROM small),
  (SELECT count(*)::integer FROM (SELECT FROM large UNION ALL SELECT FROM taken_over) l)`;

interface Row {
  kind: LogKind | null;
  author_id: bigint;
  subject_id: bigint;
  /** Of the last row, the counts of all. */
  events: number;
  small: number;
  large: number;
}

export interface Dispatched {
  /** How many events were taken. */
  events: number;
  /** Tasks made of those of small authors, and of large ones. */
  small: number;
  large: number;
  /** Readers whose epochs moved with these events: their lists are not believed any more. */
  moved: bigint[];
}

/** Takes the next events of the log, in order, and makes tasks of them. */
export async function dispatch(sql: Sql, limits: TimelineLimits): Promise<Dispatched> {
  const { rows } = await sql.query<Row>({
    name: 'fanout-dispatch',
    text: dispatchSql,
    values: [
      limits.fanoutEvents,
      limits.chunkFollowers,
      limits.fanoutTaskEvents,
      limits.bigOverlapMs,
      limits.fanoutRangeFollowers,
    ],
  });
  const moved = rows.flatMap(({ kind, author_id, subject_id }) => {
    if (kind === null) return [];
    return kind === 'block' || kind === 'unblock' ? [author_id, subject_id] : [author_id];
  });
  const { events, small, large } = rows.at(-1) ?? { events: 0, small: 0, large: 0 };
  return { events, small, large, moved: [...new Set(moved)] };
}

/**
 * Makes a Redis the one that is pushed to, once nothing was pushed to the one before for a moment. Waits for
 * claims under way, so that all that was claimed for the former is at or below `namespace_seq`.
 * @returns whether it is the one that is pushed to now
 */
export async function adoptNamespace(sql: Sql, namespace: string, limits: TimelineLimits): Promise<boolean> {
  const { rows } = await sql.query<{ adopted: boolean }>({
    name: 'fanout-adopt',
    text: 'SELECT fanout_adopt_namespace($1, $2) AS adopted',
    values: [namespace, limits.namespaceRestMs],
  });
  return rows[0]?.adopted ?? false;
}
