import type { UserDatabase } from '@murmuration/prisma/user';

const deltasAtOnce = 5_000;

/**
 * Moves counter deltas into their base rows, in one transaction. Several processes may do it at once: each
 * takes deltas that no other holds, and base rows are locked in order.
 * @returns how many deltas were moved
 */
export async function rollUpCounters(database: UserDatabase): Promise<number> {
  const [row] = await database.$queryRaw<{ moved: number }[]>`
    WITH taken AS (
      DELETE FROM account_count_delta WHERE id IN (
        SELECT id FROM account_count_delta ORDER BY id LIMIT ${deltasAtOnce} FOR UPDATE SKIP LOCKED
      ) RETURNING account_id, follower_delta, following_delta
    ), added AS (
      INSERT INTO account_count AS c (account_id, follower_count, following_count)
      SELECT account_id, sum(follower_delta), sum(following_delta) FROM taken GROUP BY account_id
      ORDER BY account_id
      ON CONFLICT (account_id) DO UPDATE SET follower_count = c.follower_count + excluded.follower_count,
        following_count = c.following_count + excluded.following_count
    )
    SELECT count(*)::int AS moved FROM taken`;
  return row?.moved ?? 0;
}

/** Rolls up until nothing is left. */
export async function rollUpAll(database: UserDatabase): Promise<void> {
  while ((await rollUpCounters(database)) === deltasAtOnce);
}
