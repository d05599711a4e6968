import type { Logger } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { LogHead } from '../live/log-event.ts';
import type { CachedPart, HomeCache } from './cache/cache.ts';
import { selectCandidates } from './candidates.ts';
import { homeReads } from './metrics.ts';
import { inOrder, type Range, restOf } from './range.ts';
import { type ReaderState, readReaderState } from './reader-state.ts';

export interface Candidates {
  /** In the range's order. */
  ids: bigint[];
  /** Where to go on; null when the timeline ends. */
  rest: Range | null;
  /** Every event up to here is in the answer. */
  position: LogHead;
}

/** Step one of a read: which entries to look at. */
export type CandidateSource = (readerId: bigint, range: Range, count: number) => Promise<Candidates>;

/**
 * Takes ids from the reader's cached list as far as it is complete, merged with what is never in a list; and
 * from Postgres below the floor, for readers with too many followees, and whenever Redis cannot be used.
 */
export function createCandidateSource(options: {
  sql: Sql;
  cache: HomeCache;
  rebuild: (readerId: bigint) => Promise<boolean>;
  logger: Logger;
  limits?: TimelineLimits;
}): CandidateSource {
  const { sql, cache, rebuild, logger, limits = timelineLimits } = options;

  async function fromCache(readerId: bigint, range: Range, count: number, state: ReaderState) {
    if (cache.namespace() === null || state.followeeCount > limits.pulledFollowees) return null;
    try {
      const found = await cache.read(readerId, range, count);
      if (found?.epoch === state.epoch) return usable(found, range);
      if (!(await rebuild(readerId))) return null;
      const rebuilt = await cache.read(readerId, range, count);
      return rebuilt?.epoch === state.epoch ? usable(rebuilt, range) : null;
    } catch (error) {
      logger.warn({ err: error }, 'the cached timelines cannot be read');
      return null;
    }
  }

  return async (readerId, range, count) => {
    const state = await readReaderState(sql, readerId, range, count);
    const cached = await fromCache(readerId, range, count, state);
    homeReads.labels(cached ? 'cache' : 'database').inc();
    if (!cached) {
      const ids = await selectCandidates(sql, readerId, range, count);
      return { ids, rest: continuation(ids, range, count), position: state.head };
    }
    const complete = range.order === 'newest' ? { ...range, low: max(range.low, cached.floor - 1n) } : range;
    const ids = inOrder([...cached.ids, ...state.pulled], complete, count);
    const below = cached.floor > range.low + 1n ? { ...range, high: cached.floor } : null;
    const rest =
      ids.length === count ? continuation(ids, range, count) : range.order === 'newest' ? below : null;
    return { ids, rest, position: state.pushedTo };
  };
}

/** A list answers a question only where it is complete. */
function usable(part: CachedPart, range: Range): CachedPart | null {
  const begins = range.order === 'newest' ? range.high - 1n : range.low + 1n;
  return begins >= part.floor ? part : null;
}

function continuation(ids: readonly bigint[], range: Range, count: number): Range | null {
  const last = ids.at(-1);
  return last === undefined || ids.length < count ? null : restOf(range, last);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
