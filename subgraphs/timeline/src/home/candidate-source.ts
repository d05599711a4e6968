import type { HeldRelations, Relationships } from '@murmuration/relationships';
import type { Logger } from '@murmuration/service-kit';
import type { Reads } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { LogHead } from '../live/log-event.ts';
import { type Entries, selectBelonging, selectListed } from './belonging.ts';
import type { CachedPart, HomeCache } from './cache/cache.ts';
import type { Rebuild } from './cache/rebuild.ts';
import { selectCandidates } from './candidates.ts';
import type { Entry } from './entry.ts';
import { homeReads } from './metrics.ts';
import type { PushedTo } from './pushed-to.ts';
import { inOrder, type Range, restOf } from './range.ts';
import { type ReaderState, readReaderState, tailEvents } from './reader-state.ts';

export interface Candidates {
  /** In the range's order: what belongs there as the projection knows it, whoever may see it. */
  entries: Entry[];
  /** Where to go on; null when the timeline ends. */
  rest: Range | null;
  /** Every event up to here is in the answer. */
  position: LogHead;
  /** The reader's relations, when they were read on the way. */
  held: HeldRelations | null;
}

/** Step one of a read: which entries to look at. */
export type CandidateSource = (readerId: bigint, range: Range, count: number) => Promise<Candidates>;

/** What one look at the list and the tables found. */
interface Look {
  /** Everything up to here was in the list when it was read. */
  since: LogHead;
  list: CachedPart | null;
  held: HeldRelations | null;
  /** Entries of the list that belong, and the reader's own posts. */
  listed: Entries;
  state: ReaderState;
}

/**
 * Takes ids from the reader's cached list as far as it is complete, merged with what is never in a list and
 * with what the log has and the list may lack; and from Postgres below the floor, for readers with too many
 * followees, and whenever Redis cannot be used.
 */
export function createCandidateSource(options: {
  sql: Reads;
  cache: HomeCache;
  pushed: PushedTo;
  rebuild: Rebuild;
  relationships: Pick<Relationships, 'hold'>;
  logger: Logger;
  limits?: TimelineLimits;
}): CandidateSource {
  const { sql, cache, pushed, rebuild, relationships, logger, limits = timelineLimits } = options;

  async function readList(readerId: bigint, range: Range, count: number): Promise<CachedPart | null> {
    if (cache.namespace() === null) return null;
    return cache.read(readerId, range, count).catch((error: unknown) => {
      logger.warn({ err: error }, 'the cached timelines cannot be read');
      return null;
    });
  }

  /**
   * The order is what makes it right: `since` was true before the list was read, and the state is read after
   * it, so that a list of an epoch that has passed by then is not believed. The relations come in the list's
   * round trip: whose they will be asked for is not known yet, so all of the lease is read.
   */
  async function look(readerId: bigint, range: Range, count: number): Promise<Look> {
    const since = await pushed.atLeast();
    const [list, held] = await Promise.all([readList(readerId, range, count), relationships.hold(readerId)]);
    const [state, listed] = await Promise.all([
      readReaderState(sql, readerId, { range, count, since: since.seq }),
      list ? selectListed(sql, readerId, list.ids, range, count) : new Map(),
    ]);
    pushed.learn(state.pushedTo);
    return { since, list, held, listed, state };
  }

  /** Looks again when what was known of the pushes is too old to say what the list may lack. */
  async function lookTwice(readerId: bigint, range: Range, count: number): Promise<Look> {
    const first = await look(readerId, range, count);
    const { head, pushedTo } = first.state;
    const isOfThePast = first.since.incarnation !== head.incarnation;
    const isOld = !reachesHead(first) && pushedTo.seq > first.since.seq;
    return isOfThePast || isOld ? look(readerId, range, count) : first;
  }

  async function rebuilt(readerId: bigint, epoch: string): Promise<boolean> {
    return rebuild(readerId, epoch).catch((error: unknown) => {
      logger.warn({ err: error }, 'a cached timeline cannot be made anew');
      return false;
    });
  }

  async function lookWithList(readerId: bigint, range: Range, count: number): Promise<Look> {
    const found = await lookTwice(readerId, range, count);
    const isPulled = found.state.followeeCount > limits.pulledFollowees;
    if (believable(found) || isPulled || cache.namespace() === null) return found;
    const isThere = await rebuilt(readerId, found.state.epoch);
    return isThere ? lookTwice(readerId, range, count) : found;
  }

  async function fromList(readerId: bigint, found: Look, list: CachedPart, range: Range, count: number) {
    const { listed, state } = found;
    const within = range.order === 'newest' ? { ...range, low: max(range.low, list.floor - 1n) } : range;
    const isToTheHead = reachesHead(found);
    const unlisted = isToTheHead ? state.ofBig.concat(state.tail) : state.ofBig;
    const ids = inOrder([...list.ids, ...listed.keys(), ...unlisted], within, count);
    const entries = unlisted.length > 0 ? await withUnlisted(readerId, found, list, ids) : listed;
    const below = list.floor > range.low + 1n ? { ...range, high: list.floor } : null;
    const rest =
      ids.length === count ? continuation(ids, range, count) : range.order === 'newest' ? below : null;
    const position = isToTheHead ? state.head : found.since;
    return { entries: inIdOrder(entries, ids), rest, position, held: found.held };
  }

  /** What stands in the list and not among its entries does not belong any more, and is not asked for again. */
  async function withUnlisted(
    readerId: bigint,
    { listed }: Look,
    list: CachedPart,
    ids: readonly bigint[],
  ): Promise<Entries> {
    const known = new Set(list.ids);
    const missing = ids.filter((id) => !known.has(id) && !listed.has(id));
    return new Map([...listed, ...(await selectBelonging(sql, readerId, missing))]);
  }

  async function fromTables(readerId: bigint, { state }: Look, range: Range, count: number) {
    const ids = await selectCandidates(sql, readerId, range, count);
    const entries = await selectBelonging(sql, readerId, ids);
    const rest = continuation(ids, range, count);
    return { entries: inIdOrder(entries, ids), rest, position: state.head, held: null };
  }

  return async (readerId, range, count) => {
    const found = await lookWithList(readerId, range, count);
    const list = complete(believable(found), range);
    homeReads.labels(list ? 'cache' : 'database').inc();
    return list ? fromList(readerId, found, list, range, count) : fromTables(readerId, found, range, count);
  };
}

/** The list, if it is of this epoch and of this building of the projection. */
function believable({ list, since, state }: Look): CachedPart | null {
  return list?.epoch === state.epoch && since.incarnation === state.head.incarnation ? list : null;
}

/** Whether the tail that was read goes to the end of the log. */
function reachesHead({ since, state }: Look): boolean {
  return state.head.seq - since.seq <= tailEvents;
}

/** A list answers a question only where it is complete. */
function complete(list: CachedPart | null, range: Range): CachedPart | null {
  const begins = range.order === 'newest' ? range.high - 1n : range.low + 1n;
  return list && begins >= list.floor ? list : null;
}

function inIdOrder(entries: Entries, ids: readonly bigint[]): Entry[] {
  return ids.flatMap((id) => entries.get(id) ?? []);
}

function continuation(ids: readonly bigint[], range: Range, count: number): Range | null {
  const last = ids.at(-1);
  return last === undefined || ids.length < count ? null : restOf(range, last);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
