import type { PostDatabase } from '@murmuration/prisma/post';

export const upkeepLimits = {
  /** How long a creating mutation can be sent again. */
  keyAgeHours: 24,
  keysAtOnce: 5_000,
  monthsAhead: 3,
  /** Each day of the outbox costs every look at the feed a little: 0.4 ms with 7, 0.5 with 34, 2.3 with 93. */
  outboxDaysAhead: 32,
} as const;

/** @returns how many keys went */
export async function forgetOldKeys(database: PostDatabase): Promise<number> {
  let gone = 0;
  for (;;) {
    const count = await database.$executeRaw`
      DELETE FROM idempotency_key WHERE (viewer_id, mutation, key) IN (
        SELECT viewer_id, mutation, key FROM idempotency_key
        WHERE created_at < clock_timestamp() - make_interval(hours => ${upkeepLimits.keyAgeHours}::int)
        ORDER BY created_at LIMIT ${upkeepLimits.keysAtOnce} FOR UPDATE SKIP LOCKED)`;
    gone += count;
    if (count < upkeepLimits.keysAtOnce) return gone;
  }
}

/** Months of posts and days of the outbox, from the present one on; those that exist cost nothing. */
export async function makePartitions(database: PostDatabase): Promise<void> {
  // One at a time: of two processes the other finds them made.
  await database.$queryRaw`
    SELECT ensure_id_partitions('post', clock_timestamp(), ${upkeepLimits.monthsAhead + 1}::int)
    FROM (SELECT pg_advisory_xact_lock(hashtext('ensure_id_partitions'))) AS alone`;
  await database.$queryRaw`
    SELECT ensure_day_partitions('outbox', clock_timestamp(), ${upkeepLimits.outboxDaysAhead + 1}::int)
    FROM (SELECT pg_advisory_xact_lock(hashtext('ensure_id_partitions'))) AS alone`;
}
