import type { Sql } from '../database/pool.ts';
import type { Push } from '../home/cache/cache.ts';

/** A push with the bucket its reader's keys lie in. */
export interface Delivery extends Push {
  bucket: number;
}

/**
 * Who of an author's followers an entry is for: replies for those who follow the person replied to as well,
 * reposts for those who do not get the original anyway. Blocks and mutes are decided at read.
 */
const isFor = `(p.id IS NOT NULL AND (p.reply_to_author_id IS NULL OR p.reply_to_author_id = f.follower_id
    OR EXISTS (SELECT FROM follow o WHERE o.follower_id = f.follower_id
      AND o.followee_id = p.reply_to_author_id AND o.active)))
  OR (r.id IS NOT NULL AND r.original_author_id <> f.follower_id
    AND NOT EXISTS (SELECT FROM follow o WHERE o.follower_id = f.follower_id
      AND o.followee_id = r.original_author_id AND o.active))`;

const selectSql = `
SELECT e.seq, e.entry_id, f.bucket, f.follower_id, (${isFor}) AS is_for
FROM timeline_event e
LEFT JOIN post_ref p ON e.kind = 'post' AND p.id = e.entry_id
LEFT JOIN repost_ref r ON e.kind = 'repost' AND r.id = e.entry_id`;

/**
 * The followers behind a place, in the order of the index. The author stands in the order too: with an
 * equality alone the planner reads and sorts all that are left for every chunk (seen: 20,040 rows for 1,000).
 */
const chunkSql = `
CROSS JOIN LATERAL (
  SELECT bucket, follower_id FROM follow
  WHERE active AND followee_id = e.author_id
    AND (followee_id, bucket, follower_id) > (e.author_id, $2::smallint, $3::bigint)
  ORDER BY followee_id, bucket, follower_id LIMIT $4) f`;

interface Row {
  seq: bigint;
  entry_id: bigint;
  bucket: number;
  follower_id: bigint;
  is_for: boolean;
}

/** Every delivery of some events of small authors. */
export async function recipientsOf(sql: Sql, seqs: readonly bigint[]): Promise<Delivery[]> {
  if (seqs.length === 0) return [];
  const { rows } = await sql.query<Row>({
    name: 'fanout-recipients',
    text: `${selectSql}
      JOIN follow f ON f.followee_id = e.author_id AND f.active
      WHERE e.seq = ANY($1::bigint[]) ORDER BY e.seq`,
    values: [seqs],
  });
  return rows.flatMap(deliveryOf);
}

export interface ChunkPlace {
  afterBucket: number;
  afterFollowerId: bigint;
}

/** The next deliveries of one event of a large author, and the place after them; null at the end. */
export async function nextRecipients(
  sql: Sql,
  seq: bigint,
  { afterBucket, afterFollowerId }: ChunkPlace,
  limit: number,
): Promise<{ deliveries: Delivery[]; next: ChunkPlace | null }> {
  const { rows } = await sql.query<Row>({
    name: 'fanout-chunk',
    text: `${selectSql} ${chunkSql} WHERE e.seq = $1 ORDER BY f.bucket, f.follower_id`,
    values: [seq, afterBucket, afterFollowerId, limit],
  });
  const last = rows.at(-1);
  const isEnd = !last || rows.length < limit;
  return {
    deliveries: rows.flatMap(deliveryOf),
    next: isEnd ? null : { afterBucket: last.bucket, afterFollowerId: last.follower_id },
  };
}

function deliveryOf(row: Row): Delivery[] {
  if (!row.is_for) return [];
  return [{ bucket: row.bucket, readerId: row.follower_id, entryId: row.entry_id, seq: row.seq }];
}
