import { CacheAway } from '../home/cache/cache.ts';
import { timelineLimits } from '../limits.ts';
import { deliver } from './deliver.ts';
import { fanoutGivenUp } from './metrics.ts';
import { type ChunkPlace, nextRecipients } from './recipients.ts';
import type { FanoutOptions } from './small-lane.ts';

const tries = 5;

interface Chunk extends ChunkPlace {
  seq: bigint;
  attempts: number;
}

/**
 * Pushes the next thousand followers of the oldest unfinished large push, then notes how far it came: a
 * worker that dies goes on from there. One that keeps failing moves its readers' epochs instead.
 * @returns whether there was anything to do
 */
export async function pushNextChunk(options: FanoutOptions): Promise<boolean> {
  const { pool, cache, limits = timelineLimits } = options;
  const { rows } = await pool.query<Chunk>(
    `SELECT seq, after_bucket AS "afterBucket", after_follower_id AS "afterFollowerId", attempts
     FROM fanout_chunk ORDER BY attempts, seq LIMIT 1`,
  );
  const [chunk] = rows;
  if (!chunk) return false;
  try {
    const { deliveries, next } = await nextRecipients(pool, chunk.seq, chunk, limits.chunkFollowers);
    await deliver(cache, deliveries);
    await (next ? noteChunk(options, chunk, next) : endChunk(options, chunk));
  } catch (error) {
    // Redis away is no fault of the chunk: it waits.
    if (error instanceof CacheAway || cache.namespace() === null) throw error;
    if (chunk.attempts + 1 >= tries) await giveUp(options, chunk);
    else await pool.query('UPDATE fanout_chunk SET attempts = attempts + 1 WHERE seq = $1', [chunk.seq]);
  }
  return true;
}

/** Only from the place this worker knows: another one may have gone further. */
async function noteChunk({ pool }: FanoutOptions, from: Chunk, to: ChunkPlace): Promise<void> {
  await pool.query(
    `UPDATE fanout_chunk SET after_bucket = $4, after_follower_id = $5
     WHERE seq = $1 AND after_bucket = $2 AND after_follower_id = $3`,
    [from.seq, from.afterBucket, from.afterFollowerId, to.afterBucket, to.afterFollowerId],
  );
}

async function endChunk({ pool }: FanoutOptions, { seq }: Chunk): Promise<void> {
  await pool.query('DELETE FROM fanout_chunk WHERE seq = $1', [seq]);
}

/** The lists of everyone it was for are not believed any more, so each is rebuilt with what was missed. */
async function giveUp({ pool }: FanoutOptions, { seq }: Chunk): Promise<void> {
  await pool.query(
    `WITH ended AS (DELETE FROM fanout_chunk WHERE seq = $1 RETURNING seq)
     UPDATE reader SET epoch = epoch + 1
     FROM ended JOIN timeline_event e USING (seq) JOIN follow f ON f.followee_id = e.author_id AND f.active
     WHERE reader.id = f.follower_id`,
    [seq],
  );
  fanoutGivenUp.inc();
}
