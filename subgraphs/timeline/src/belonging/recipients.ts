import type { Sql } from '../database/pool.ts';
import { timelineLimits } from '../limits.ts';
import type { Push } from '../home-cache/cache.ts';

/** A push to people whose keys lie in one bucket. */
export interface Delivery extends Push {
  bucket: number;
  /** How many they are. */
  count: number;
}

/** Whether there is such a row, looked up: for EXISTS the planner may read the whole of a table first, to hash it. */
const thereIs = (row: string) => `((SELECT true FROM ${row} LIMIT 1) IS NOT NULL)`;
const follows = (person: string) =>
  thereIs(`follow o WHERE o.follower_id = f.follower_id AND o.followee_id = ${person} AND o.active`);
const mutes = (person: string) =>
  thereIs(`mute m WHERE m.muter_id = f.follower_id AND m.muted_id = ${person} AND m.active`);
const blocks = (blocker: string, blocked: string) =>
  thereIs(`block b WHERE b.blocker_id = ${blocker} AND b.blocked_id = ${blocked} AND b.active`);

/**
 * Who of an author's followers an entry is for: replies for those who follow the person replied to as well,
 * reposts for those who do not get the original anyway. Lists of those who muted them are not filled with it.
 */
const isFor = `NOT ${mutes('e.author_id')}
  AND ((p.id IS NOT NULL AND (p.reply_to_author_id IS NULL OR p.reply_to_author_id = f.follower_id
    OR ${follows('p.reply_to_author_id')}))
  OR (r.id IS NOT NULL AND r.original_author_id <> f.follower_id
    AND NOT ${follows('r.original_author_id')} AND NOT ${mutes('r.original_author_id')}
    AND NOT ${blocks('f.follower_id', 'r.original_author_id')}
    AND NOT ${blocks('r.original_author_id', 'f.follower_id')}))`;

/**
 * Deliveries of events to followers `f`, grouped where they are found: one row is one delivery to as many as one
 * call of the push script takes. A row a follower took the worker more than finding and pushing them. All by look-ups from
 * the event on, whatever the planner knows of the tables: of a log that was empty a moment ago it expects so much that it
 * would read everybody's follows for one post (seen, of a town of 965 people: ten times the pages).
 */
const deliveriesSql = (followers: string, events: string, inOneCall: string) => `
SELECT w.seq, w.entry_id, w.bucket, count(*)::integer AS followers, max(w.follower_id) AS last_follower_id,
  count(*) FILTER (WHERE w.is_for)::integer AS count,
  string_agg(w.follower_id::text, ',') FILTER (WHERE w.is_for) AS readers
FROM (
  SELECT e.seq, e.entry_id, f.bucket, f.follower_id, (row_number() OVER () - 1) / ${inOneCall} AS part, (${isFor}) AS is_for
  FROM timeline_event e
  LEFT JOIN LATERAL (SELECT id, reply_to_author_id FROM post_ref
    WHERE e.kind = 'post' AND id = e.entry_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT id, original_author_id FROM repost_ref
    WHERE e.kind = 'repost' AND id = e.entry_id LIMIT 1) r ON true
  CROSS JOIN LATERAL (${followers}) f WHERE ${events}) w
GROUP BY w.seq, w.entry_id, w.bucket, w.part`;

/** All of them; the offset keeps the planner from joining instead. */
const allSql = `SELECT bucket, follower_id FROM follow WHERE followee_id = e.author_id AND active OFFSET 0`;

/**
 * The followers behind a place and through a bucket, in the order of the index. The author stands in the order too: with an
 * equality alone the planner reads and sorts all that are left for every chunk (seen: 20,040 rows for 1,000).
 */
const chunkSql = `SELECT bucket, follower_id FROM follow
  WHERE active AND followee_id = e.author_id
    AND (followee_id, bucket, follower_id) > (e.author_id, $2::smallint, $3::bigint) AND bucket <= $4
  ORDER BY followee_id, bucket, follower_id LIMIT $5`;

interface Row {
  seq: bigint;
  entry_id: bigint;
  bucket: number;
  /** All that were looked at, and the last of them. */
  followers: number;
  last_follower_id: bigint;
  count: number;
  readers: string | null;
}

/** Every delivery of some events of small authors, in the order of the events. */
export async function recipientsOf(sql: Sql, seqs: readonly bigint[]): Promise<Delivery[]> {
  if (seqs.length === 0) return [];
  const { rows } = await sql.query<Row>({
    name: 'fanout-recipients',
    text: `${deliveriesSql(allSql, 'e.seq = ANY($1::bigint[])', '$2')} ORDER BY w.seq`,
    values: [seqs, timelineLimits.pushesInOneCall],
  });
  return rows.flatMap(deliveryOf);
}

/** A place among an author's followers, in the order of their buckets. */
export interface ChunkPlace {
  afterBucket: number;
  afterFollowerId: bigint;
}

/** What is left to push of one event of a large author: followers behind a place, through a bucket. */
export interface Stretch extends ChunkPlace {
  seq: bigint;
  throughBucket: number;
}

/** The next deliveries of a stretch, and the place after them; null at the end. */
export async function nextRecipients(
  sql: Sql,
  { seq, afterBucket, afterFollowerId, throughBucket }: Stretch,
  limit: number,
): Promise<{ deliveries: Delivery[]; next: ChunkPlace | null }> {
  const { rows } = await sql.query<Row>({
    name: 'fanout-chunk',
    text: `${deliveriesSql(chunkSql, 'e.seq = $1', '$6')} ORDER BY w.bucket, max(w.follower_id)`,
    values: [seq, afterBucket, afterFollowerId, throughBucket, limit, timelineLimits.pushesInOneCall],
  });
  const last = rows.at(-1);
  const seen = rows.reduce((sum, { followers }) => sum + followers, 0);
  const next =
    last && seen === limit ? { afterBucket: last.bucket, afterFollowerId: last.last_follower_id } : null;
  return { deliveries: rows.flatMap(deliveryOf), next };
}

/**
 * Moves the epochs of the next followers of a stretch: their lists are not believed any more.
 * @returns the place after them; null at the end
 */
export async function moveNextEpochs(
  sql: Sql,
  { seq, afterBucket, afterFollowerId, throughBucket }: Stretch,
  limit: number,
): Promise<ChunkPlace | null> {
  const { rows } = await sql.query<ChunkPlace & { isFull: boolean }>({
    name: 'fanout-move-epochs',
    text: `WITH chunk AS (
        SELECT f.bucket, f.follower_id FROM timeline_event e CROSS JOIN LATERAL (${chunkSql}) f WHERE e.seq = $1),
      -- In one order, so that two who move the same epochs do not wait for each other.
      locked AS (SELECT r.id FROM reader r WHERE r.id IN (SELECT follower_id FROM chunk) ORDER BY r.id FOR UPDATE),
      moved AS (UPDATE reader r SET epoch = r.epoch + 1 FROM locked l WHERE r.id = l.id)
      SELECT bucket AS "afterBucket", follower_id AS "afterFollowerId",
        (SELECT count(*) FROM chunk) = $5 AS "isFull"
      FROM chunk ORDER BY bucket DESC, follower_id DESC LIMIT 1`,
    values: [seq, afterBucket, afterFollowerId, throughBucket, limit],
  });
  const [last] = rows;
  return last?.isFull ? { afterBucket: last.afterBucket, afterFollowerId: last.afterFollowerId } : null;
}

function deliveryOf({ bucket, count, entry_id: entryId, readers, seq }: Row): Delivery[] {
  return readers === null ? [] : [{ bucket, count, entryId, seq, readers }];
}
