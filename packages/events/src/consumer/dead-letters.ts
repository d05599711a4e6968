import type pg from 'pg';
import type { WireEvent, WireState } from '../feed/wire.ts';

export const deadLetterLimits = {
  /** How long people have to look at one. It holds what somebody wrote, who may have taken it back since. */
  keepDays: 7,
} as const;

/** Deletes dead letters that are older than that; a consumer's database calls it now and then. @returns how many */
export async function forgetDeadLetters(
  pool: Pick<pg.Pool, 'query'>,
  keepDays: number = deadLetterLimits.keepDays,
): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM dead_letter WHERE failed_at < clock_timestamp() - $1 * interval '1 day'`,
    [keepDays],
  );
  return rowCount ?? 0;
}

/** Puts an event aside with its error and marks its aggregate, in the transaction that passes it over. */
export async function buryEvent(
  client: pg.ClientBase,
  feed: string,
  event: WireEvent,
  error: unknown,
  attempts: number,
): Promise<void> {
  await client.query(
    `INSERT INTO dead_letter
       (feed, event_id, aggregatetype, aggregateid, version, type, payload, error, attempts)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (feed, event_id) DO NOTHING`,
    [
      feed,
      event.id,
      event.aggregateType,
      event.aggregateId,
      event.version,
      event.type,
      JSON.stringify(event.payload),
      describe(error),
      attempts,
    ],
  );
  await markDirty(client, feed, event);
}

/** This aggregate's state has to be fetched from its owner. */
export async function markDirty(
  client: pg.ClientBase,
  feed: string,
  aggregate: Pick<WireState, 'aggregateType' | 'aggregateId'>,
): Promise<void> {
  await client.query(
    `INSERT INTO dirty_aggregate (feed, aggregatetype, aggregateid) VALUES ($1, $2, $3)
     ON CONFLICT (feed, aggregatetype, aggregateid) DO UPDATE SET next_attempt_at = clock_timestamp()`,
    [feed, aggregate.aggregateType, aggregate.aggregateId],
  );
}

/** An error as a person wants to read it in a table. */
export function describe(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 4_000);
}
