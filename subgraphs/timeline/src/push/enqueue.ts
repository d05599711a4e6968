import type { Sql } from '../database/pool.ts';
import { pushLimits } from './limits.ts';

/** The task that brings a notification to one device. */
export const pushTask = 'push';

/** What a job says, which names nobody: everything else is looked up when it is done. */
export interface PushJob {
  sessionId: string;
  notificationId: string;
  /** How often it was tried. */
  tries?: number;
}

/** A notification that is new, or grew. */
export interface Tellable {
  id: bigint;
  recipientId: bigint;
  isNew: boolean;
}

/** Of one notification and one device there is one job: what grows meanwhile goes with it. */
const keySql = `'push ' || e.session_id || ' ' || t.notification_id`;

const enqueueSql = `
SELECT count(*) FROM graphile_worker.add_jobs(ARRAY(
  SELECT ('${pushTask}', json_build_object('sessionId', e.session_id::text, 'notificationId', t.notification_id::text), NULL,
    clock_timestamp() + CASE WHEN t.is_new THEN $4::integer ELSE $5::integer END * interval '1 millisecond', NULL, ${keySql}, NULL, NULL
  )::graphile_worker.job_spec
  FROM unnest($1::bigint[], $2::bigint[], $3::boolean[]) AS t(notification_id, recipient_id, is_new)
  JOIN push_endpoint e ON e.viewer_id = t.recipient_id), true)`;

/**
 * Has notifications brought to the devices of whom they concern, in the transaction that tells them: there is a job if and only if
 * there is the notification. What is new goes soon; what grew since it went, later, and together.
 */
export async function enqueuePushes(sql: Sql, told: readonly Tellable[]): Promise<void> {
  if (told.length === 0) return;
  await sql.query({
    name: 'push-enqueue',
    text: enqueueSql,
    values: [
      told.map(({ id }) => id),
      told.map(({ recipientId }) => recipientId),
      told.map(({ isNew }) => isNew),
      pushLimits.gatherMs,
      pushLimits.againMs,
    ],
  });
}

/** Puts a job back until later, in place of whatever waits for the same. */
export async function enqueueAgain(sql: Sql, job: PushJob, atMs: number): Promise<void> {
  await sql.query({
    name: 'push-again',
    text: `SELECT id FROM graphile_worker.add_job('${pushTask}', $1::json, run_at := $2::timestamptz, job_key := $3)`,
    values: [
      JSON.stringify(job),
      new Date(atMs).toISOString(),
      `push ${job.sessionId} ${job.notificationId}`,
    ],
  });
}
