import type { Logger } from '@murmuration/service-kit';
import type pg from 'pg';
import type { EventType } from '../catalogue.ts';
import type { ChangeSource, StateChange } from './change.ts';
import type { FeedSource } from './feed-source.ts';

export const consumerLimits = {
  events: 500,
  states: 500,
  waitMs: 10_000,
  /** Tries of one event before it is put aside. */
  tries: 5,
  firstPauseMs: 50,
  longestPauseMs: 2_000,
  /** Waits between tries to fetch a dirty aggregate: doubled from the first up to the longest. */
  refetchSeconds: { first: 1, longest: 300 },
} as const;

export interface ConsumerOptions<Result = void> {
  /** The producer's name: the key of its row in `consumer`, and a label of the metrics. */
  feed: string;
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
  /** Called in the transaction that begins a backfill. */
  onReset?(client: pg.PoolClient): Promise<void>;
  /** Where a consumer without a cursor begins. Reading every event helps only if all state came as events. */
  start?: 'backfill' | 'beginning';
  logger: Logger;
  /** Tests shorten waits. */
  limits?: { waitMs?: number; events?: number; states?: number; firstPauseMs?: number };
}

/** The tick of a retry: doubled each time, with jitter so that many do not come at once. */
export function pauseMs(attempt: number, first: number = consumerLimits.firstPauseMs): number {
  const longest = Math.min(first * 2 ** attempt, consumerLimits.longestPauseMs);
  return longest / 2 + (Math.random() * longest) / 2;
}
