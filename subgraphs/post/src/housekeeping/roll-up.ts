import type { PostDatabase } from '@murmuration/prisma/post';

export const rollUpLimits = { rowsAtOnce: 5_000 } as const;

/** Adds all deltas that there are to their counts. @returns how many deltas went */
export async function rollUpCounts(database: PostDatabase): Promise<number> {
  let gone = 0;
  for (const rollUp of [rollUpPosts, rollUpAuthors, rollUpPolls]) {
    for (;;) {
      const count = await rollUp(database);
      gone += count;
      if (count < rollUpLimits.rowsAtOnce) break;
    }
  }
  return gone;
}

/**
 * Deleting and adding are one statement, so that whoever reads base and deltas sees each like once. Rows that
 * another process works on are skipped; sums are added in the order of their key, so that two never
 * wait for each other in a circle.
 */
async function rollUpPosts(database: PostDatabase): Promise<number> {
  const [{ count }] = await database.$queryRaw<[{ count: bigint }]>`
    WITH gone AS (
      DELETE FROM post_count_delta WHERE id IN (
        SELECT id FROM post_count_delta ORDER BY id LIMIT ${rollUpLimits.rowsAtOnce} FOR UPDATE SKIP LOCKED)
      RETURNING post_id, like_delta, reply_delta, repost_delta, quote_delta),
    added AS (
      INSERT INTO post_count AS c (post_id, like_count, reply_count, repost_count, quote_count)
      SELECT post_id, sum(like_delta), sum(reply_delta), sum(repost_delta), sum(quote_delta)
      FROM gone GROUP BY post_id ORDER BY post_id
      ON CONFLICT (post_id) DO UPDATE SET like_count = c.like_count + excluded.like_count,
        reply_count = c.reply_count + excluded.reply_count,
        repost_count = c.repost_count + excluded.repost_count,
        quote_count = c.quote_count + excluded.quote_count)
    SELECT count(*) FROM gone`;
  return Number(count);
}

async function rollUpAuthors(database: PostDatabase): Promise<number> {
  const [{ count }] = await database.$queryRaw<[{ count: bigint }]>`
    WITH gone AS (
      DELETE FROM author_count_delta WHERE id IN (
        SELECT id FROM author_count_delta ORDER BY id LIMIT ${rollUpLimits.rowsAtOnce} FOR UPDATE SKIP LOCKED)
      RETURNING author_id, post_delta),
    added AS (
      INSERT INTO author_count AS c (author_id, post_count)
      SELECT author_id, sum(post_delta) FROM gone GROUP BY author_id ORDER BY author_id
      ON CONFLICT (author_id) DO UPDATE SET post_count = c.post_count + excluded.post_count)
    SELECT count(*) FROM gone`;
  return Number(count);
}

async function rollUpPolls(database: PostDatabase): Promise<number> {
  const [{ count }] = await database.$queryRaw<[{ count: bigint }]>`
    WITH gone AS (
      DELETE FROM poll_count_delta WHERE id IN (
        SELECT id FROM poll_count_delta ORDER BY id LIMIT ${rollUpLimits.rowsAtOnce} FOR UPDATE SKIP LOCKED)
      RETURNING post_id, voter_delta, delta_0, delta_1, delta_2, delta_3),
    added AS (
      INSERT INTO poll_count AS c (post_id, voter_count, count_0, count_1, count_2, count_3)
      SELECT post_id, sum(voter_delta), sum(delta_0), sum(delta_1), sum(delta_2), sum(delta_3)
      FROM gone GROUP BY post_id ORDER BY post_id
      ON CONFLICT (post_id) DO UPDATE SET voter_count = c.voter_count + excluded.voter_count,
        count_0 = c.count_0 + excluded.count_0, count_1 = c.count_1 + excluded.count_1,
        count_2 = c.count_2 + excluded.count_2, count_3 = c.count_3 + excluded.count_3)
    SELECT count(*) FROM gone`;
  return Number(count);
}
