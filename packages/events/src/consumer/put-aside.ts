import type pg from 'pg';

/** An event that was put aside; its text is its owner's business and not shown. */
export interface DeadLetter {
  feed: string;
  eventId: string;
  aggregate: string;
  version: string;
  type: string;
  attempts: number;
  failedAt: Date;
  /** First line. */
  error: string;
}

/** An aggregate that still has to be fetched anew. */
export interface DirtyAggregate {
  feed: string;
  aggregate: string;
  attempts: number;
  nextAttemptAt: Date;
  error: string | null;
}

/** The most that one call lists or touches. */
export const putAsideLimits = { listed: 1_000 } as const;

/** What consumers of this database put aside, newest first, and what is dirty, soonest first. */
export async function listPutAside(
  pool: pg.Pool,
): Promise<{ letters: DeadLetter[]; dirty: DirtyAggregate[] }> {
  const limit = putAsideLimits.listed;
  const letters = await pool.query<DeadLetter>(
    `SELECT feed, event_id::text AS "eventId", aggregatetype || '/' || aggregateid AS aggregate,
       version::text, type, attempts, failed_at AS "failedAt", split_part(error, E'\\n', 1) AS error
     FROM dead_letter ORDER BY failed_at DESC LIMIT $1`,
    [limit],
  );
  const dirty = await pool.query<DirtyAggregate>(
    `SELECT feed, aggregatetype || '/' || aggregateid AS aggregate, attempts,
       next_attempt_at AS "nextAttemptAt", split_part(last_error, E'\\n', 1) AS error
     FROM dirty_aggregate ORDER BY next_attempt_at LIMIT $1`,
    [limit],
  );
  return { letters: letters.rows, dirty: dirty.rows };
}

/** One letter with all that is known of its failure, or null. */
export async function showDeadLetter(
  pool: pg.Pool,
  feed: string,
  eventId: string,
): Promise<Record<string, unknown> | null> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `SELECT feed, event_id::text, aggregatetype, aggregateid, version::text, type, payload, attempts, failed_at, error
     FROM dead_letter WHERE feed = $1 AND event_id = $2`,
    [feed, eventId],
  );
  return rows[0] ?? null;
}

/** One dirty aggregate, by its kind and id joined with a slash, and why it could not be fetched; or null. */
export async function showDirtyAggregate(
  pool: pg.Pool,
  feed: string,
  aggregate: string,
): Promise<Record<string, unknown> | null> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `SELECT feed, aggregatetype, aggregateid, attempts, marked_at, next_attempt_at, last_error
     FROM dirty_aggregate WHERE feed = $1 AND aggregatetype || '/' || aggregateid = $2`,
    [feed, aggregate],
  );
  return rows[0] ?? null;
}

/** What a command is about: one letter, all that was put aside of one aggregate (`follow/1:2`), or of a whole feed. */
export interface Which {
  feed: string;
  eventId?: string;
  aggregate?: string;
}

/** How many letters and aggregates a command was about. */
export interface PutAside {
  letters: number;
  aggregates: number;
}

const namedSql = `feed = $1 AND ($3::text IS NULL OR aggregatetype || '/' || aggregateid = $3)`;
const lettersSql = `${namedSql} AND ($2::bigint IS NULL OR event_id = $2)`;
const dirtySql = `${namedSql} AND $2::bigint IS NULL`;

/**
 * Has dirty aggregates, and those of letters, fetched anew at once by the consumer that leads, and lets the letters
 * go: an event says no more than its aggregate's state.
 */
export async function retryPutAside(pool: pg.Pool, which: Which): Promise<PutAside> {
  return run(
    pool,
    which,
    `WITH gone AS (DELETE FROM dead_letter WHERE ${lettersSql} RETURNING aggregatetype, aggregateid),
       again AS (SELECT aggregatetype, aggregateid FROM gone
         UNION SELECT aggregatetype, aggregateid FROM dirty_aggregate WHERE ${dirtySql}),
       marked AS (
         INSERT INTO dirty_aggregate (feed, aggregatetype, aggregateid)
         SELECT $1, aggregatetype, aggregateid FROM again
         ON CONFLICT (feed, aggregatetype, aggregateid) DO UPDATE SET next_attempt_at = clock_timestamp(), attempts = 0)
     SELECT (SELECT count(*) FROM gone)::integer AS letters, (SELECT count(*) FROM again)::integer AS aggregates`,
  );
}

/**
 * Lets letters go without more; of a whole feed, or of one letter, the aggregates that are dirty because of them are
 * still fetched. One that is named is not: it stays what the projection knows of it, until its next event.
 */
export async function dropPutAside(pool: pg.Pool, which: Which): Promise<PutAside> {
  return run(
    pool,
    which,
    `WITH gone AS (DELETE FROM dead_letter WHERE ${lettersSql} RETURNING 1),
       left_alone AS (DELETE FROM dirty_aggregate WHERE ${dirtySql} AND $3 IS NOT NULL RETURNING 1)
     SELECT (SELECT count(*) FROM gone)::integer AS letters, (SELECT count(*) FROM left_alone)::integer AS aggregates`,
  );
}

async function run(pool: pg.Pool, { feed, eventId, aggregate }: Which, sql: string): Promise<PutAside> {
  const { rows } = await pool.query<PutAside>(sql, [feed, eventId ?? null, aggregate ?? null]);
  return rows[0] ?? { letters: 0, aggregates: 0 };
}
