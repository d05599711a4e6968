import { inEventSpan } from '@murmuration/service-kit';
import type pg from 'pg';
import type { HomeCache } from '../home/cache/cache.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import { deliver } from './deliver.ts';
import { type FanoutEvent, readFanoutCursor, readFanoutEvents } from './events.ts';
import { recipientsOf } from './recipients.ts';

export interface FanoutOptions {
  pool: pg.Pool;
  cache: HomeCache;
  limits?: TimelineLimits;
}

/**
 * Takes the next events of the log, in order: pushes those of small authors, leaves those of large ones to
 * the chunk lane and those of big ones to the readers. The cursor moves after the pushes, so a worker that
 * dies between repeats them, which the push script takes.
 * @returns how many events were taken
 */
export async function fanOutNext({ pool, cache, limits = timelineLimits }: FanoutOptions): Promise<number> {
  const cursor = await readFanoutCursor(pool);
  const events = await readFanoutEvents(pool, cursor, {
    limit: limits.fanoutEvents,
    bigOverlapMs: limits.bigOverlapMs,
  });
  const last = events.at(-1);
  if (!last) return 0;
  const entries = events.filter(({ entryId, isPulled, kind }) => entryId && !isPulled && isAddition(kind));
  const isLarge = ({ followerCount }: FanoutEvent) => followerCount > limits.chunkFollowers;
  const small = entries.filter((event) => !isLarge(event));
  const causes = small.map(({ traceContext }) => traceContext);
  await inEventSpan('fan-out', causes, { events: small.length }, async () => {
    await deliver(cache, await recipientsOf(pool, seqsOf(small)));
  });
  await cache.forget(readersMoved(events));
  await pool.query({
    name: 'fanout-move',
    text: `WITH moved AS (UPDATE fanout_cursor SET seq = $2 WHERE seq = $1 RETURNING seq)
      INSERT INTO fanout_chunk (seq) SELECT e FROM unnest($3::bigint[]) e, moved ON CONFLICT DO NOTHING`,
    values: [cursor, last.seq, seqsOf(entries.filter(isLarge))],
  });
  return events.length;
}

function seqsOf(events: readonly FanoutEvent[]): bigint[] {
  return events.map(({ seq }) => seq);
}

function isAddition(kind: FanoutEvent['kind']): boolean {
  return kind === 'post' || kind === 'repost';
}

/** Their epoch has moved: the list is not believed any more, and a rebuild under way must not be stored. */
function readersMoved(events: readonly FanoutEvent[]): bigint[] {
  const moved = events.flatMap(({ kind, authorId, subjectId }) => {
    if (subjectId === null) return [];
    return kind === 'block' || kind === 'unblock' ? [authorId, subjectId] : [authorId];
  });
  return [...new Set(moved)];
}
