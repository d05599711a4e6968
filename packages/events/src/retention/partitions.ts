import type pg from 'pg';

export interface Partition {
  name: string;
  /** Every id in it is below. */
  endId: bigint;
  bytes: number;
}

/** The outbox's partitions, oldest first. */
export async function readPartitions(pool: pg.Pool): Promise<Partition[]> {
  const { rows } = await pool.query<{ name: string; end_id: string; bytes: string }>(
    `SELECT quote_ident(c.relname) AS name,
       (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''?(\\d+)'))[1] AS end_id,
       -- An empty partition still has its index pages.
       CASE WHEN pg_relation_size(c.oid) = 0 THEN 0 ELSE pg_total_relation_size(c.oid) END AS bytes
     FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'outbox'::regclass`,
  );
  return rows
    .map(({ bytes, end_id, name }) => ({ name, endId: BigInt(end_id), bytes: Number(bytes) }))
    .sort((a, b) => (a.endId < b.endId ? -1 : 1));
}

/** The partition's last row in the feed's order. */
export async function lastRowOf(
  pool: Pick<pg.Pool, 'query'>,
  partition: Partition,
): Promise<{ xid: bigint; id: bigint } | null> {
  const { rows } = await pool.query<{ xid: string; id: string }>(
    `SELECT xid::text AS xid, id::text AS id FROM ${partition.name} p ORDER BY p.xid DESC, p.id DESC LIMIT 1`,
  );
  const [row] = rows;
  return row ? { xid: BigInt(row.xid), id: BigInt(row.id) } : null;
}

/**
 * Drops a partition and notes, in the same transaction, what readers can no longer be given. The lock on
 * the outbox is exclusive, so it waits half a second at most: the next round tries again.
 */
export async function dropPartition(pool: pg.Pool, partition: Partition): Promise<void> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // One that dies while checked out says so here as well; unheard it would end the process.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL lock_timeout = '500ms'`);
    await client.query('LOCK TABLE ONLY outbox IN ACCESS EXCLUSIVE MODE');
    await client.query(
      `UPDATE feed_identity f SET dropped_xid = last.xid, dropped_id = last.id
       FROM (SELECT xid, id FROM ${partition.name} ORDER BY xid DESC, id DESC LIMIT 1) last
       WHERE f.dropped_xid IS NULL OR (f.dropped_xid, f.dropped_id) < (last.xid, last.id)`,
    );
    await client.query(`DROP TABLE ${partition.name}`);
    await client.query('COMMIT');
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
