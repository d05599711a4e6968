import type { HeldRelations, Relationships } from '@murmuration/relationships';
import type { Logger } from '@murmuration/service-kit';
import { type Entries, selectBelonging, selectListed } from '../belonging/entries.ts';
import { inOrder, type Range } from '../belonging/range.ts';
import { homeOf, type HomeSource } from '../belonging/source.ts';
import type { Reads, Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import type { CachedPart, HomeCache } from '../home-cache/cache.ts';
import type { PushedTo, PushedToWatch } from '../home-cache/pushed-to.ts';
import { type ReaderState, readReaderState } from '../home-cache/reader-state.ts';
import type { Rebuilds } from '../home-cache/rebuild.ts';
import { candidatesFromTables, type CandidateSource, continuation, inIdOrder } from '../pages/candidates.ts';
import { homeReads } from './metrics.ts';

/** What one look at the list and the tables found. */
interface Look {
  /** Everything up to here was in the lists when this one was read. */
  since: PushedTo;
  list: CachedPart | null;
  held: HeldRelations | null;
  /** Entries of the list that belong, and the reader's own posts. */
  listed: Entries;
  state: ReaderState;
}

/**
 * Takes ids from the reader's cached list as far as it is complete, merged with what is never in a list and
 * with what the log has and the list may lack; and from the tables below the floor, for readers with too many
 * followees, and whenever there is no list to believe. Nobody waits for a list to be made.
 */
export function createCandidateSource(options: {
  /** For statements of a millisecond. */
  reads: Reads;
  /** For those that may take longer: nobody else waits behind them. */
  sql: Sql;
  cache: HomeCache;
  pushedTo: PushedToWatch;
  rebuilds: Pick<Rebuilds, 'request'>;
  relationships: Pick<Relationships, 'hold'>;
  logger: Logger;
  limits?: TimelineLimits;
}): CandidateSource<HomeSource> {
  const { reads, sql, cache, pushedTo, rebuilds, relationships, logger, limits = timelineLimits } = options;

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
    const since = await pushedTo.atLeast();
    const [list, held] = await Promise.all([readList(readerId, range, count), relationships.hold(readerId)]);
    const { tailEvents, fanoutMaxAgeMs } = limits;
    const [state, listed] = await Promise.all([
      readReaderState(reads, readerId, { range, count, since: since.seq, tailEvents, fanoutMaxAgeMs }),
      list ? selectListed(reads, readerId, list.ids, range, count) : new Map(),
    ]);
    pushedTo.learn(state.pushedTo);
    return { since, list, held, listed, state };
  }

  /** A list is believed if it lacks nothing but what the tail has. */
  function believable({ list, since, state }: Look): CachedPart | null {
    const isOfReader = list !== null && list.epoch === state.epoch;
    if (!isOfReader || state.isRebuilding || since.incarnation !== state.head.incarnation) return null;
    const isPushedTo = list.namespace === since.namespace && list.seq >= since.namespaceSeq;
    const isInTime = !state.isLate && state.head.seq - since.seq <= BigInt(limits.tailEvents);
    return isPushedTo && isInTime ? list : null;
  }

  /** One that is not pushed to, or not in time, would not be believed when it is new either. */
  function wantsList({ list, state }: Look): boolean {
    const isPulled = state.followeeCount > limits.pulledFollowees;
    const isPushedTo = state.pushedTo.namespace === cache.namespace();
    const isOld = list?.epoch !== state.epoch || list.seq < state.pushedTo.namespaceSeq;
    return isOld && isPushedTo && !isPulled && !state.isLate && !state.isRebuilding;
  }

  async function fromList(readerId: bigint, found: Look, list: CachedPart, range: Range, count: number) {
    const { listed, state } = found;
    const within = range.order === 'newest' ? { ...range, low: max(range.low, list.floor - 1n) } : range;
    const unlisted = [...state.ofBig, ...state.tail];
    const ids = inOrder([...list.ids, ...listed.keys(), ...unlisted], within, count);
    const entries = unlisted.length > 0 ? await withUnlisted(readerId, found, list, ids) : listed;
    const below = list.floor > range.low + 1n ? { ...range, high: list.floor } : null;
    const rest =
      ids.length === count ? continuation(ids, range, count) : range.order === 'newest' ? below : null;
    return { entries: inIdOrder(entries, ids), rest, position: state.head, held: found.held };
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
    return new Map([...listed, ...(await selectBelonging(sql, homeOf(readerId), missing))]);
  }

  async function fromTables(readerId: bigint, { state }: Look, range: Range, count: number) {
    const memberCount = state.followeeCount;
    const found = await candidatesFromTables(sql, homeOf(readerId), { range, count, memberCount, limits });
    return { ...found, position: state.head, held: null };
  }

  return async ({ readerId }, range, count) => {
    const found = await look(readerId, range, count);
    const list = complete(believable(found), range);
    homeReads.labels(list ? 'cache' : 'database').inc();
    const candidates = list
      ? await fromList(readerId, found, list, range, count)
      : await fromTables(readerId, found, range, count);
    // Not before: it would take from the database what the page waits for.
    if (wantsList(found)) rebuilds.request(readerId, found.state.epoch);
    return candidates;
  };
}

/** A list answers a question only where it is complete. */
function complete(list: CachedPart | null, range: Range): CachedPart | null {
  const begins = range.order === 'newest' ? range.high - 1n : range.low + 1n;
  return list && begins >= list.floor ? list : null;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
