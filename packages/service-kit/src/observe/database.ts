import { timeOf } from '@murmuration/ids';
import type pg from 'pg';
import { Gauge, metrics } from './metrics.ts';

/** Partitions and standbys change by the hour; a scrape never waits for a statement. */
const lookEveryMs = 60_000;

const registers = [metrics];
const pools = new Map<string, pg.Pool>();

export const poolConnections = new Gauge({
  name: 'database_pool_connections',
  help: 'Connections of a pool by state, and who waits for one',
  labelNames: ['pool', 'state'],
  registers,
  collect() {
    for (const [name, { idleCount, totalCount, waitingCount }] of pools) {
      this.labels(name, 'busy').set(totalCount - idleCount);
      this.labels(name, 'idle').set(idleCount);
      this.labels(name, 'waiting').set(waitingCount);
    }
  },
});

export const poolSize = new Gauge({
  name: 'database_pool_size',
  help: 'Connections that a pool may have',
  labelNames: ['pool'],
  registers,
  collect() {
    for (const [name, { options }] of pools) this.labels(name).set(options.max ?? 10);
  },
});

export const newestPartitionEnd = new Gauge({
  name: 'partition_newest_end_timestamp_seconds',
  help: 'Until when rows have a partition to go to; none after it can be written',
  labelNames: ['database', 'table'],
  registers,
});

export const oldestPartitionEnd = new Gauge({
  name: 'partition_oldest_end_timestamp_seconds',
  help: 'When the oldest partition that is still there stopped to take rows',
  labelNames: ['database', 'table'],
  registers,
});

export const standbys = new Gauge({
  name: 'database_standbys',
  help: 'Standbys that stream from the primary',
  labelNames: ['database'],
  registers,
});

export const replicationLag = new Gauge({
  name: 'database_replication_lag_seconds',
  help: 'How far the slowest standby is behind the primary; 0 when nothing waits',
  labelNames: ['database'],
  registers,
});

/** When the facts below were read last: while it stands still they say nothing. */
export const factsReadAt = new Gauge({
  name: 'database_facts_read_timestamp_seconds',
  help: 'When partitions and standbys were looked at last',
  labelNames: ['database'],
  registers,
});

/** Shows a pool's state at each scrape. */
export function watchPool(name: string, pool: pg.Pool): void {
  pools.set(name, pool);
}

/** Ranges of time-ordered ids only: what is cut by another key has no time. */
const partitionsSql = `
SELECT p.relname AS table, max(bound) AS newest, min(bound) AS oldest
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
JOIN pg_partitioned_table t ON t.partrelid = p.oid
JOIN pg_attribute a ON a.attrelid = p.oid AND a.attnum = t.partattrs[0] AND a.attname = 'id',
LATERAL (SELECT (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''?(\\d+)'))[1]::bigint AS bound) b
WHERE p.relkind = 'p' GROUP BY p.relname`;

/** Without the role pg_read_all_stats the lag is NULL; the number of rows is seen by everybody. */
const standbysSql = `SELECT count(*)::int AS standbys,
  coalesce(extract(epoch FROM max(replay_lag)), 0)::float8 AS lag FROM pg_stat_replication`;

/**
 * Looks every minute, and at once, at what grows in silence: partitions and standbys. Through a pool that
 * leads to the primary; ends by itself with the pool.
 */
export function watchDatabase(database: string, pool: pg.Pool): void {
  const look = () => readFacts(database, pool).catch(() => undefined); // `factsReadAt` tells
  const timer = setInterval(() => (pool.ending ? clearInterval(timer) : void look()), lookEveryMs).unref();
  void look();
}

async function readFacts(database: string, pool: pg.Pool): Promise<void> {
  const partitions = await pool.query<{ table: string; newest: string; oldest: string }>(partitionsSql);
  for (const { newest, oldest, table } of partitions.rows) {
    newestPartitionEnd.labels(database, table).set(timeOf(BigInt(newest)) / 1_000);
    oldestPartitionEnd.labels(database, table).set(timeOf(BigInt(oldest)) / 1_000);
  }
  const { rows } = await pool.query<{ standbys: number; lag: number }>(standbysSql);
  standbys.labels(database).set(rows[0]?.standbys ?? 0);
  replicationLag.labels(database).set(rows[0]?.lag ?? 0);
  factsReadAt.labels(database).set(Date.now() / 1_000);
}
