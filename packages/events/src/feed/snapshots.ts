import type pg from 'pg';
import { aggregateTypeOf, type EventType } from '../catalogue.ts';
import type { WireSnapshotPage, WireSnapshotState, WireState } from './wire.ts';

export const snapshotLimits = { states: 1_000 } as const;

/** The present state of every aggregate of one type, removed relations (tombstones) included. */
export interface SnapshotProvider {
  aggregate: string;
  /** States in key order after the given key; each carries what an event of its version carries. */
  page(after: string | null, limit: number): Promise<WireSnapshotPage>;
  /** One aggregate's state, or null when it never existed. */
  one(aggregateId: string): Promise<WireState | null>;
}

interface Row {
  key: string;
  aggregate_id: string;
  version: string;
  payload: unknown;
}

/**
 * A snapshot straight from a table with a `version` column. Its key is the key's columns, all of them
 * bigint, joined by colons; pages go in their numeric order, which an index must have. `table` (with an alias, if
 * need be), `key`, `id` and `payload` are SQL.
 */
export function createSqlSnapshot(options: {
  /** Leads to the primary: a replica might lag behind the head that the reader noted. */
  pool: pg.Pool;
  type: EventType;
  table: string;
  key: readonly [string, ...string[]];
  /** The same columns in the order of the aggregate's id, where that is another. */
  id?: readonly string[];
  /** Which rows are aggregates, as SQL; all of them by default. */
  where?: string;
  /** A jsonb expression over the table's columns, equal to the event's payload. */
  payload: string;
}): SnapshotProvider {
  const { key, pool, table, type, where = 'true' } = options;
  const idColumns = (options.id ?? key).join(', ');
  const aggregate = aggregateTypeOf(type);
  const columns = key.join(', ');
  const parameters = key.map((_column, index) => `$${index + 1}::bigint`).join(', ');
  const select = `SELECT concat_ws(':', ${columns}) AS key, concat_ws(':', ${idColumns}) AS aggregate_id,
    version::text AS version, ${options.payload} AS payload FROM ${table} WHERE ${where} AND`;
  const order = `ORDER BY ${columns} LIMIT $${key.length + 1}`;
  const pageSql = `${select} (${columns}) > (${parameters}) ${order}`;
  const oneSql = `${select} (${idColumns}) = (${parameters})`;
  const [tableName] = table.split(' ');
  /** The planner's estimate, of all partitions. */
  const expectedSql = `SELECT coalesce(sum(greatest(reltuples, 0)), 0)::float8 AS expected FROM pg_class
    WHERE oid = $1::regclass OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = $1::regclass)`;
  const stateOf = (row: Row): WireSnapshotState => ({
    key: row.key,
    aggregateType: aggregate,
    aggregateId: row.aggregate_id,
    version: row.version,
    type,
    payload: row.payload,
  });

  return {
    aggregate,
    async page(after, limit) {
      const from = after === null ? key.map(() => '-1') : keyOf(after, key.length);
      if (from === null) return { states: [], next: null };
      const { rows } = await pool.query<Row>(pageSql, [...from, limit]);
      const next = rows.length < limit ? null : (rows.at(-1)?.key ?? null);
      const states = rows.map(stateOf);
      if (after !== null) return { states, next };
      const counted = await pool.query<{ expected: number }>(expectedSql, [tableName]);
      return { states, next, expected: counted.rows[0]?.expected ?? 0 };
    },
    async one(aggregateId) {
      const found = keyOf(aggregateId, key.length);
      if (found === null) return null;
      const { rows } = await pool.query<Row>(oneSql, found);
      return rows[0] ? stateOf(rows[0]) : null;
    },
  };
}

function keyOf(aggregateId: string, columns: number): string[] | null {
  const parts = aggregateId.split(':');
  return parts.length === columns && parts.every((part) => /^\d{1,19}$/.test(part)) ? parts : null;
}
