import type pg from 'pg';
import { FencedOff, inTransaction, moveCursor } from './fence.ts';
import { consumerName, type ConsumerOptions } from './options.ts';

/** How far a backfill came. */
export interface BackfillState {
  generation: bigint;
  phase: 'read' | 'sweep';
  aggregate: string;
  afterKey: string | null;
  /** How many states will have been read at the end of this aggregate, as its owner estimates; null: not known. */
  expected: number | null;
  /** States read, and rows removed, of all aggregates so far. */
  states: number;
  removed: number;
}

/** The backfill that goes on for a consumer; null when there is none. */
export async function readBackfill(
  sql: Pick<pg.ClientBase, 'query'>,
  feed: string,
): Promise<BackfillState | null> {
  const { rows } = await sql.query(
    `SELECT generation::text, phase, aggregate, after_key, expected::float8, states::float8, removed::float8
     FROM backfill WHERE feed = $1`,
    [feed],
  );
  const [row] = rows;
  if (!row) return null;
  const { phase, aggregate, after_key: afterKey, expected, states, removed } = row;
  return { generation: BigInt(row.generation), phase, aggregate, afterKey, expected, states, removed };
}

/**
 * Begins a backfill, over one that goes on: rows written from now on carry another generation.
 * @param move where the feed goes on, when its cursor is worth nothing any more
 * @throws FencedOff when another leader moved the cursor
 */
export async function beginBackfill<Result>(
  options: ConsumerOptions<Result>,
  move?: { from: string | null; to: string },
): Promise<void> {
  const feed = consumerName(options);
  const [first] = options.aggregates;
  await inTransaction(options.pool, async (client) => {
    if (move) await moveCursor(client, feed, move.from, move.to);
    const { rows } = await client.query<{ generation: string }>(
      'UPDATE consumer SET generation = generation + 1 WHERE feed = $1 RETURNING generation',
      [feed],
    );
    await client.query(
      `INSERT INTO backfill (feed, generation, aggregate) VALUES ($1, $2, $3)
       ON CONFLICT (feed) DO UPDATE SET generation = excluded.generation, phase = 'read',
         aggregate = excluded.aggregate, after_key = NULL, expected = NULL, states = 0, removed = 0,
         began_at = clock_timestamp(), moved_at = clock_timestamp()`,
      [feed, rows[0]?.generation, first ?? ''],
    );
    // All of it is read anyway.
    await client.query('DELETE FROM dirty_aggregate WHERE feed = $1', [feed]);
    await options.onBackfillBegins?.(client);
  });
}

/**
 * Moves a backfill on, in the transaction of what it did: its fence.
 * @throws FencedOff when somebody else moved it, or began another
 */
export async function moveBackfill(
  client: pg.ClientBase,
  feed: string,
  from: BackfillState,
  to: BackfillState,
): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE backfill SET phase = $5, aggregate = $6, after_key = $7, expected = $8, states = $9, removed = $10,
       moved_at = clock_timestamp()
     WHERE feed = $1 AND generation = $2 AND (phase, aggregate) = ($3, $4) AND after_key IS NOT DISTINCT FROM $11`,
    [
      feed,
      from.generation.toString(),
      from.phase,
      from.aggregate,
      to.phase,
      to.aggregate,
      to.afterKey,
      to.expected,
      to.states,
      to.removed,
      from.afterKey,
    ],
  );
  if (rowCount !== 1) throw new FencedOff(feed);
}

/** Ends a backfill, with what the consumer has to say about it. */
export async function endBackfill<Result>(
  options: ConsumerOptions<Result>,
  { generation }: BackfillState,
): Promise<void> {
  const feed = consumerName(options);
  await inTransaction(options.pool, async (client) => {
    const { rowCount } = await client.query('DELETE FROM backfill WHERE feed = $1 AND generation = $2', [
      feed,
      generation.toString(),
    ]);
    if (rowCount !== 1) throw new FencedOff(feed);
    await options.onBackfillEnds?.(client);
  });
}
