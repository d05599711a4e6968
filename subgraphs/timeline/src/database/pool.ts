import { createLanes, createPool, laneLimits, type PoolOptions } from '@murmuration/postgres';
import type pg from 'pg';

/** What runs statements: a pool, or the one client of a transaction. */
export interface Sql {
  query: pg.ClientBase['query'];
}

/** The hot reads of a home page; a pool will do as well. */
export interface Reads {
  query<Row extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<{ rows: Row[] }>;
}

type TimelinePoolOptions = Omit<PoolOptions, 'plansOnce' | 'onConnect'>;

/**
 * Home reads, ingest and fan-out are `pg` with prepared statements throughout: measured at 4 to 7k batch reads a
 * second and core, against 1.7k of the ORM. Plans are made once (seen: 5.5 ms a read against 0.9).
 */
export function createTimelinePool(options: TimelinePoolOptions): pg.Pool {
  return createPool({ ...options, plansOnce: true, onConnect: nameServer });
}

/**
 * A connection never leads to another server: statements that name the projection's incarnation need not ask for it.
 * Where this fails they ask.
 */
async function nameServer(client: pg.ClientBase): Promise<void> {
  await client
    .query(`SELECT set_config('murmuration.server', server_identity(), false)`)
    .catch(() => undefined);
}

/** Connections of their own for the statements of a home page, a few of them for any number of readers. */
export function createTimelineReads(
  options: Omit<TimelinePoolOptions, 'poolSize' | 'isPipelined'>,
): Reads & { close(): Promise<void> } {
  const pool = createTimelinePool({ ...options, poolSize: laneLimits.connections, isPipelined: true });
  const lanes = createLanes(pool);
  return {
    query: lanes.query,
    async close() {
      await lanes.close();
      await pool.end();
    },
  };
}
