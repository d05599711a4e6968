import type pg from 'pg';
import { readChange } from './change.ts';
import { describe } from './dead-letters.ts';
import { FencedOff, inFencedTransaction } from './fence.ts';
import { dirtyAggregates } from './metrics.ts';
import { consumerLimits, consumerName, type ConsumerOptions } from './options.ts';

interface Dirty {
  aggregatetype: string;
  aggregateid: string;
}

const few = 20;

/**
 * Fetches the dirty aggregates that are due. One that fails again waits longer each time.
 * @returns how many are still dirty
 * @throws FencedOff
 */
export async function refetchDirty<Result>(
  options: ConsumerOptions<Result>,
  cursor: string,
): Promise<number> {
  const { pool } = options;
  const feed = consumerName(options);
  const due = await pool.query<Dirty>(
    `SELECT aggregatetype, aggregateid FROM dirty_aggregate
     WHERE feed = $1 AND next_attempt_at <= clock_timestamp() ORDER BY next_attempt_at LIMIT ${few}`,
    [feed],
  );
  for (const dirty of due.rows) {
    try {
      await refetch(options, cursor, dirty);
      options.logger.info({ feed, ...dirty }, 'fetched a dirty aggregate');
    } catch (error) {
      if (error instanceof FencedOff) throw error;
      options.logger.warn({ err: error, feed, ...dirty }, 'a dirty aggregate stays dirty');
      await postpone(pool, feed, dirty, error);
    }
  }
  const { rows } = await pool.query<{ count: string }>(
    'SELECT count(*) FROM dirty_aggregate WHERE feed = $1',
    [feed],
  );
  const count = Number(rows[0]?.count);
  dirtyAggregates.labels(feed).set(count);
  return count;
}

async function refetch<Result>(
  options: ConsumerOptions<Result>,
  cursor: string,
  { aggregatetype, aggregateid }: Dirty,
): Promise<void> {
  const { pool, source } = options;
  const feed = consumerName(options);
  const state = await source.one(aggregatetype, aggregateid);
  const change = state && readChange(state);
  const move = { feed, from: cursor, to: cursor };
  const result = await inFencedTransaction(pool, move, async (client, generation) => {
    await client.query(
      'DELETE FROM dirty_aggregate WHERE feed = $1 AND aggregatetype = $2 AND aggregateid = $3',
      [feed, aggregatetype, aggregateid],
    );
    return change
      ? { applied: await options.apply(client, [change], { kind: 'refetch', generation }) }
      : null;
  });
  if (result) await options.afterCommit?.(result.applied);
}

async function postpone(pool: pg.Pool, feed: string, dirty: Dirty, error: unknown): Promise<void> {
  const { first, longest } = consumerLimits.refetchSeconds;
  await pool.query(
    `UPDATE dirty_aggregate SET attempts = attempts + 1, last_error = $4, next_attempt_at =
       clock_timestamp() + least($5 * 2 ^ least(attempts, 20), $6) * interval '1 second'
     WHERE feed = $1 AND aggregatetype = $2 AND aggregateid = $3`,
    [feed, dirty.aggregatetype, dirty.aggregateid, describe(error), first, longest],
  );
}
