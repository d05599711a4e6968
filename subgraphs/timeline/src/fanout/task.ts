import { randomUUID } from 'node:crypto';
import type { ChunkPlace } from '../belonging/recipients.ts';
import type { Sql } from '../database/pool.ts';
import type { TimelineLimits } from '../limits.ts';

/** Some events of the log, and how far they have been pushed to the followers of their authors. */
export interface FanoutTask extends ChunkPlace {
  seq: bigint;
  throughBucket: number;
  seqs: bigint[];
  isLarge: boolean;
  step: number | null;
  /** Including this one. */
  attempts: number;
  isGivenUp: boolean;
  claim: string;
  /** Trace contexts of what caused the events. */
  causes: string[];
}

/**
 * Takes a task that nobody works on, for a Redis; another worker takes it over when this one is not heard of
 * for the length of its lease. Only for the Redis that is pushed to: what went elsewhere would count as pushed.
 */
const claimSql = `WITH c AS (SELECT FROM fanout_cursor WHERE namespace = $1 FOR SHARE),
t AS (
  SELECT seq, through_bucket FROM fanout_task
  WHERE is_large = $2 AND next_attempt_at <= clock_timestamp() AND EXISTS (SELECT FROM c)
  ORDER BY next_attempt_at, seq LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE fanout_task f SET claim = $3, attempts = f.attempts + 1,
  next_attempt_at = clock_timestamp() + $4 * interval '1 millisecond'
FROM t WHERE f.seq = t.seq AND f.through_bucket = t.through_bucket
RETURNING f.seq, f.through_bucket AS "throughBucket", f.seqs, f.is_large AS "isLarge",
  f.after_bucket AS "afterBucket", f.after_follower_id AS "afterFollowerId", f.step, f.attempts,
  f.is_given_up AS "isGivenUp", f.claim,
  ARRAY(SELECT e.trace_context FROM timeline_event e
    WHERE e.seq = ANY(f.seqs) AND e.trace_context IS NOT NULL) AS causes`;

export async function claimTask(
  sql: Sql,
  namespace: string,
  isLarge: boolean,
  { fanoutLeaseMs }: TimelineLimits,
): Promise<FanoutTask | null> {
  const { rows } = await sql.query<FanoutTask>({
    name: 'fanout-claim',
    text: claimSql,
    values: [namespace, isLarge, randomUUID(), fanoutLeaseMs],
  });
  return rows[0] ?? null;
}

const mine = 'seq = $1 AND through_bucket = $2 AND claim = $3';
const keyOf = ({ seq, throughBucket, claim }: FanoutTask) => [seq, throughBucket, claim];

/**
 * It is done. Says that the Redis is in use, at most a few times a second.
 * @returns how old each of its entries was by then, in seconds
 */
export async function endTask(sql: Sql, task: FanoutTask): Promise<number[]> {
  const { rows } = await sql.query<{ age: number }>({
    name: 'fanout-end',
    text: `WITH ended AS (DELETE FROM fanout_task WHERE ${mine}),
      used AS (UPDATE fanout_cursor SET pushed_at = clock_timestamp()
        WHERE pushed_at < clock_timestamp() - interval '200 milliseconds')
      SELECT extract(epoch FROM clock_timestamp() - id_time(e.entry_id))::float8 AS age
      FROM timeline_event e WHERE e.seq = ANY($4::bigint[])`,
    values: [...keyOf(task), task.seqs],
  });
  return rows.map(({ age }) => age);
}

/** Notes how far it came, and keeps it for another lease. A step that went well begins the count of failures anew. */
export async function keepTask(
  sql: Sql,
  task: FanoutTask,
  { afterBucket, afterFollowerId }: ChunkPlace,
  { fanoutLeaseMs }: TimelineLimits,
): Promise<boolean> {
  const { rowCount } = await sql.query({
    name: 'fanout-keep',
    text: `UPDATE fanout_task SET after_bucket = $4, after_follower_id = $5, attempts = 1,
        next_attempt_at = clock_timestamp() + $6 * interval '1 millisecond' WHERE ${mine}`,
    values: [...keyOf(task), afterBucket, afterFollowerId, fanoutLeaseMs],
  });
  return rowCount === 1;
}

/** Puts it back for later, as it was before it was claimed. */
export async function putBackTask(sql: Sql, task: FanoutTask, waitMs: number): Promise<void> {
  await sql.query({
    name: 'fanout-put-back',
    text: `UPDATE fanout_task SET claim = NULL, attempts = attempts - 1,
        next_attempt_at = clock_timestamp() + $4 * interval '1 millisecond' WHERE ${mine}`,
    values: [...keyOf(task), waitMs],
  });
}

/** After a failure: makes two of a task of several events, else takes smaller steps; the last try is giving up. */
export async function retryTask(
  sql: Sql,
  task: FanoutTask,
  next: { waitMs: number; step: number; isGivenUp: boolean },
): Promise<void> {
  if (task.seqs.length > 1) return halveTask(sql, task, next.waitMs);
  await sql.query({
    name: 'fanout-retry',
    text: `UPDATE fanout_task SET claim = NULL, step = $5, is_given_up = $6,
        next_attempt_at = clock_timestamp() + $4 * interval '1 millisecond' WHERE ${mine}`,
    values: [...keyOf(task), next.waitMs, next.step, next.isGivenUp],
  });
}

async function halveTask(sql: Sql, task: FanoutTask, waitMs: number): Promise<void> {
  const middle = Math.ceil(task.seqs.length / 2);
  await sql.query({
    name: 'fanout-halve',
    text: `WITH kept AS (
        UPDATE fanout_task SET claim = NULL, attempts = 0, seqs = $4,
          next_attempt_at = clock_timestamp() + $6 * interval '1 millisecond' WHERE ${mine} RETURNING is_large)
      INSERT INTO fanout_task (seq, seqs, is_large, next_attempt_at)
      SELECT $7::bigint, $5::bigint[], is_large, clock_timestamp() + $6 * interval '1 millisecond' FROM kept`,
    values: [...keyOf(task), task.seqs.slice(0, middle), task.seqs.slice(middle), waitMs, task.seqs[middle]],
  });
}
