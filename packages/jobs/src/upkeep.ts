import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, watchChore } from '@murmuration/service-kit';
import type pg from 'pg';
import type { JobLimits } from './limits.ts';
import { jobsGivenUp, jobsOldestAge, jobsWaiting } from './metrics.ts';

/** Removed in one go, so that no statement locks rows for long. */
const rowsAtOnce = 500;

/** Counts what waits and what was given up, and removes what was given up long ago. */
export function startUpkeep(options: {
  pool: pg.Pool;
  tasks: readonly string[];
  limits: JobLimits;
  logger: Logger;
}): { stop(): Promise<void> } {
  const { pool, tasks, limits, logger } = options;
  const abort = new AbortController();
  const noteSuccess = watchChore('jobs');

  async function repeat(): Promise<void> {
    while (!abort.signal.aborted) {
      try {
        await count(pool, tasks);
        await removeGivenUp(pool, limits.givenUpDays);
        noteSuccess();
      } catch (error) {
        logger.warn({ err: error, chore: 'jobs' }, 'a chore failed');
      }
      await sleep(limits.upkeepMs, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  }

  const running = repeat();
  return {
    async stop() {
      abort.abort();
      await running;
    },
  };
}

interface Counts {
  task: string;
  waiting: number;
  givenUp: number;
  oldestAge: number;
}

/**
 * A job that was meant for later is as old as it is overdue; one that failed, and comes again later, is so since it was made.
 * Also of tasks that nobody here knows, such as those of a version before: they wait for ever.
 */
async function count(pool: pg.Pool, tasks: readonly string[]): Promise<void> {
  const { rows } = await pool.query<Counts>(
    `SELECT task, count(id) FILTER (WHERE NOT is_given_up)::int AS waiting,
       count(id) FILTER (WHERE is_given_up)::int AS "givenUp",
       coalesce(extract(epoch FROM clock_timestamp() - min(due_at) FILTER (
         WHERE NOT is_given_up AND due_at <= now())), 0)::float AS "oldestAge"
     FROM (SELECT t.identifier AS task, j.id, j.attempts >= j.max_attempts AND j.locked_at IS NULL AS is_given_up,
         CASE WHEN j.attempts > (j.locked_at IS NOT NULL)::integer THEN j.created_at ELSE j.run_at END AS due_at
       FROM graphile_worker._private_tasks t LEFT JOIN graphile_worker._private_jobs j ON j.task_id = t.id) jobs
     GROUP BY task`,
  );
  const found = new Map(rows.map((row) => [row.task, row]));
  for (const task of new Set([...tasks, ...found.keys()])) {
    jobsWaiting.set({ task }, found.get(task)?.waiting ?? 0);
    jobsGivenUp.set({ task }, found.get(task)?.givenUp ?? 0);
    jobsOldestAge.set({ task }, found.get(task)?.oldestAge ?? 0);
  }
}

async function removeGivenUp(pool: pg.Pool, days: number): Promise<void> {
  await pool.query(
    `DELETE FROM graphile_worker._private_jobs WHERE id IN (
       SELECT id FROM graphile_worker._private_jobs
       WHERE attempts >= max_attempts AND locked_at IS NULL AND updated_at < now() - $1 * interval '1 day'
       LIMIT ${rowsAtOnce} FOR UPDATE SKIP LOCKED)`,
    [days],
  );
}
