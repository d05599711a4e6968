import { Prisma, type UserDatabase } from '@murmuration/prisma/user';

export const enqueueLimits = {
  /** Accounts that one run enqueues; what is left is for the next. */
  atOnce: 500,
} as const;

/** One at a time: however many there are, mails have all other places of the workers. */
const queue = 'erasures';

/**
 * Enqueues the erasure of every account whose grace is over. The account says when that is, and no job is made before: one
 * that was given up, or got lost, is made anew, and one that waits or runs stays as it is. Any number of processes may do
 * it side by side.
 * @returns how many were enqueued
 */
export function enqueueErasures(database: UserDatabase): Promise<number> {
  // By now(), for an index cannot look for what clock_timestamp() says anew for each row.
  return database.$executeRaw`
    SELECT job.id FROM (
      SELECT a.id, ${key} AS key FROM account a
      WHERE a.erase_at <= now() AND a.deactivated_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM graphile_worker._private_jobs j
        WHERE j.key = ${key} AND (j.locked_at IS NOT NULL OR j.attempts < j.max_attempts))
      ORDER BY a.erase_at LIMIT ${enqueueLimits.atOnce}) due
    CROSS JOIN LATERAL graphile_worker.add_job('erase_account', json_build_object('accountId', due.id::text),
      queue_name := ${queue}, job_key := due.key, max_attempts := 25) AS job`;
}

const key = Prisma.raw(`'erase ' || a.id`);
