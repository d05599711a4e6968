import type { Logger } from '@murmuration/service-kit';
import type pg from 'pg';
import type { EventType } from '../catalogue.ts';
import type { ChangeSource, StateChange, Sweep } from './change.ts';
import type { FeedSource } from './feed-source.ts';

export const consumerLimits = {
  events: 500,
  states: 500,
  /** Rows that one step of a sweep looks at. */
  swept: 5_000,
  /** No step that ran out of time is made smaller than this. */
  leastStates: 10,
  leastSwept: 100,
  /** How often the leader looks whether somebody asked for a backfill. */
  askMs: 1_000,
  /** How long the end of a backfill waits for the other feeds of its projection. */
  besideMs: 60_000,
  /** Aggregates in a row of which nothing can be applied: then it is not them, and nothing more is put aside. */
  unapplied: 3,
  waitMs: 10_000,
  /** Tries of one event before it is put aside. */
  tries: 5,
  firstPauseMs: 50,
  longestPauseMs: 2_000,
  /** Waits between tries to fetch a dirty aggregate: doubled from the first up to the longest. */
  refetchSeconds: { first: 1, longest: 300 },
} as const;

export interface ConsumerOptions<Result = void> {
  /** The producer's name. */
  feed: string;
  /** What for, when this service consumes the feed a second time; each purpose has a place of its own everywhere. */
  purpose?: string;
  source: FeedSource;
  /** The consumer's own database, which has the tables of `sql/consumer.sql`. */
  pool: pg.Pool;
  /** How to reach the same database for the lock: directly, never through a transaction pooler. */
  connection: pg.ClientConfig;
  /** What `apply` wants to see; the rest of the feed is passed over. */
  types: readonly EventType[];
  /** Snapshots to page through in a backfill, in this order. */
  aggregates: readonly string[];
  /**
   * Makes changes true in the caller's tables, in the given transaction, and must be safe to run again. It
   * may see a change before one it depends on: it stores a stub then, and never drops it.
   */
  apply(client: pg.PoolClient, changes: readonly StateChange[], source: ChangeSource): Promise<Result>;
  /** Called after the commit, in order; what it throws is logged. */
  afterCommit?(result: Result): Promise<void> | void;
  /** Removes rows of an aggregate that a backfill did not confirm, some at a time; without it nothing is removed. */
  sweep?(client: pg.PoolClient, sweep: Sweep): Promise<{ next: string | null; removed: number }>;
  /** Called in the transaction that begins a backfill, and in the one that ends it: caches are worth nothing between. */
  onBackfillBegins?(client: pg.PoolClient): Promise<void>;
  onBackfillEnds?(client: pg.PoolClient): Promise<void>;
  /**
   * The other feeds of the same projection. Databases that were lost together come back one after the other: a backfill
   * ends once each of these goes on from its cursor or is read anew as well, so that what the end means happens once.
   */
  beside?: readonly Pick<ConsumerOptions, 'feed' | 'purpose' | 'source'>[];
  /** Where a consumer without a cursor begins. Reading every event helps only if all state came as events. */
  start?: 'backfill' | 'beginning';
  logger: Logger;
  /** Tests shorten waits. */
  limits?: Partial<
    Record<'waitMs' | 'events' | 'states' | 'swept' | 'firstPauseMs' | 'askMs' | 'besideMs', number>
  >;
}

/** The tick of a retry: doubled each time, with jitter so that many do not come at once. */
export function pauseMs(attempt: number, first: number = consumerLimits.firstPauseMs): number {
  const longest = Math.min(first * 2 ** attempt, consumerLimits.longestPauseMs);
  return longest / 2 + (Math.random() * longest) / 2;
}

/** The key of a consumer's row, and its label in the metrics. */
export function consumerName({ feed, purpose }: Pick<ConsumerOptions<never>, 'feed' | 'purpose'>): string {
  return purpose === undefined ? feed : `${feed}/${purpose}`;
}
