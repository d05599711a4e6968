import type { UserDatabase } from '@murmuration/prisma/user';

/** Advisory lock that elects who purges and makes partitions; any number no one else uses. */
const housekeepingLock = 7_205_001;
/** Each day costs every look at the feed a little: 0.4 ms with 7, 0.5 with 34, 2.3 with 93. */
const outboxDaysAhead = 32;

/**
 * Removes what no one can need any more and makes the partitions of the days ahead. One process at a
 * time does it; the others find the lock taken and go on.
 */
export async function purge(database: UserDatabase): Promise<void> {
  await database.$transaction(async (transaction) => {
    const [lock] = await transaction.$queryRaw<{ isMine: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(${housekeepingLock}) AS "isMine"`;
    if (!lock?.isMine) return;
    // Revoked and ended sessions stay a week: support may be asked what happened.
    await transaction.$executeRaw`DELETE FROM session WHERE id IN (SELECT id FROM session
      WHERE expires_at < now() - interval '7 days' OR revoked_at < now() - interval '7 days' LIMIT 1000)`;
    await transaction.$executeRaw`DELETE FROM idempotency_key WHERE (viewer_id, mutation, key) IN (
      SELECT viewer_id, mutation, key FROM idempotency_key
      WHERE created_at < now() - interval '1 day' LIMIT 1000)`;
    await transaction.$executeRaw`SELECT ensure_day_partitions('outbox', now(), ${outboxDaysAhead + 1}::integer)`;
  });
}
