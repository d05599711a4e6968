import { Prisma } from '@murmuration/prisma/post';

/**
 * Body of a CTE that moves the counts of what the rows of `p` reply to and quote, one delta for each. What is not for
 * everyone is not counted: the count would tell everyone that it is there.
 */
export function answeredDeltas(difference: 1 | -1): Prisma.Sql {
  return Prisma.sql`INSERT INTO post_count_delta (post_id, reply_delta, quote_delta)
    SELECT answered.id, sum(answered.replies), sum(answered.quotes) FROM (
      SELECT reply_to_id AS id, ${difference}::int AS replies, 0 AS quotes FROM p
      WHERE reply_to_id IS NOT NULL AND visibility = 'public'
      UNION ALL SELECT quoted_id, 0, ${difference}::int FROM p
      WHERE quoted_id IS NOT NULL AND visibility = 'public') answered
    GROUP BY answered.id`;
}

/** Body of a CTE that moves the counts of who wrote the rows of `p`. */
export function authorDeltas(difference: 1 | -1): Prisma.Sql {
  return Prisma.sql`INSERT INTO author_count_delta (author_id, post_delta)
    SELECT author_id, ${difference}::int * count(*) FROM p GROUP BY author_id`;
}
