import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@murmuration/service-kit';
import type pg from 'pg';
import type { JobLimits } from './limits.ts';
import { jobsTotal } from './metrics.ts';

/** A worker that went long ago; those that stop in order take their row with them. */
const forgottenAfter = '1 day';

/**
 * Says that this worker lives, and frees the jobs of those who were not heard of: graphile-worker alone leaves a dead
 * worker's jobs locked for four hours. A lock is looked at only when it is as old as the silence, for a worker may take
 * a job before it is first heard of.
 */
export function startHeartbeat(options: {
  pool: pg.Pool;
  workerId: string;
  limits: JobLimits;
  logger: Logger;
}): { stop(): Promise<void> } {
  const { pool, workerId, limits, logger } = options;
  const abort = new AbortController();

  async function beat(): Promise<void> {
    await pool.query(
      `INSERT INTO job_worker (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()`,
      [workerId],
    );
    const dead = await findDead(pool, workerId, limits.silenceMs);
    if (dead.length === 0) return;
    const freed = await free(pool, dead);
    for (const { task, count } of freed) jobsTotal.inc({ task, outcome: 'freed' }, count);
    logger.warn({ dead, freed }, 'the jobs of a dead worker were freed');
  }

  async function repeat(): Promise<void> {
    while (!abort.signal.aborted) {
      await beat().catch((error: unknown) => logger.warn({ err: error }, 'a heartbeat failed'));
      await sleep(limits.heartbeatMs, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  }

  const running = repeat();
  return {
    async stop() {
      abort.abort();
      await running;
      await pool.query(
        `DELETE FROM job_worker WHERE id = $1 OR seen_at < clock_timestamp() - interval '${forgottenAfter}'`,
        [workerId],
      );
    },
  };
}

async function findDead(pool: pg.Pool, workerId: string, silenceMs: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT DISTINCT held.locked_by AS id
     FROM (SELECT locked_by, locked_at FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL
       UNION ALL SELECT locked_by, locked_at FROM graphile_worker._private_job_queues WHERE locked_by IS NOT NULL) held
     LEFT JOIN job_worker w ON w.id = held.locked_by
     WHERE held.locked_by <> $1
       AND greatest(held.locked_at, w.seen_at) < clock_timestamp() - $2 * interval '1 millisecond'`,
    [workerId, silenceMs],
  );
  return rows.map((row) => row.id);
}

/** @returns how many jobs of each task were freed; of two who find the same dead worker at once both may count them */
async function free(pool: pg.Pool, workerIds: string[]): Promise<{ task: string; count: number }[]> {
  const { rows } = await pool.query<{ task: string; count: number }>(
    `SELECT t.identifier AS task, count(*)::int AS count
     FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
     WHERE j.locked_by = ANY($1::text[]) GROUP BY task`,
    [workerIds],
  );
  await pool.query('SELECT graphile_worker.force_unlock_workers($1::text[])', [workerIds]);
  return rows;
}
