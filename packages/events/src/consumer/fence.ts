import type pg from 'pg';

/** Another leader moved the cursor: nothing of this transaction happened, and this one must step down. */
export class FencedOff extends Error {
  override readonly name = 'FencedOff';

  constructor(feed: string) {
    super(`another leader consumes the feed "${feed}"`);
  }
}

/** A cursor of the release before, which stopped the feed while it read the state anew. */
export function isBackfillMark(cursor: string | null): boolean {
  return cursor?.startsWith('backfill:') ?? false;
}

/**
 * The consumer's cursor, as committed; null before it began.
 */
export async function readCursor(pool: pg.Pool, feed: string): Promise<string | null> {
  await pool.query('INSERT INTO consumer (feed) VALUES ($1) ON CONFLICT (feed) DO NOTHING', [feed]);
  const { rows } = await pool.query<{ cursor: string | null }>(
    'SELECT cursor FROM consumer WHERE feed = $1',
    [feed],
  );
  return rows[0]?.cursor ?? null;
}

/**
 * The fence: moves the cursor inside the transaction of the effects. It comes first, so that a leader that
 * lost its place fails before it does any work, and the row's lock keeps two of them apart.
 * @returns the generation that rows written in this transaction carry
 * @throws FencedOff when the cursor is not where the caller left it
 */
export async function moveCursor(
  client: pg.ClientBase,
  feed: string,
  from: string | null,
  to: string,
): Promise<bigint> {
  const { rows } = await client.query<{ generation: string }>({
    name: 'consumer-move-cursor',
    text: `UPDATE consumer SET cursor = $3, moved_at = clock_timestamp()
      WHERE feed = $1 AND cursor IS NOT DISTINCT FROM $2 RETURNING generation`,
    values: [feed, from, to],
  });
  const [moved] = rows;
  if (!moved) throw new FencedOff(feed);
  return BigInt(moved.generation);
}

/** Runs `work` in one transaction with the move of the cursor: both happen, or neither. */
export function inFencedTransaction<Result>(
  pool: pg.Pool,
  move: { feed: string; from: string | null; to: string },
  work: (client: pg.PoolClient, generation: bigint) => Promise<Result>,
): Promise<Result> {
  return inTransaction(pool, async (client) =>
    work(client, await moveCursor(client, move.feed, move.from, move.to)),
  );
}

/** Runs `work` in one transaction. A connection that breaks on the way is not used again. */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that dies while checked out reports here as well as in its query.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}
