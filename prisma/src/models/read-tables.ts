import type pg from 'pg';
import type { Column, Index, Table } from './table.ts';

/** Tables that Prisma's clients do not know: the runner's own. */
const unmodelled = new Set(['_prisma_migrations']);

/** The tables of a migrated database, by name; partitions are no tables of their own. */
export async function readTables(client: pg.ClientBase): Promise<Map<string, Table>> {
  const [columns, keys, indexes] = [
    await readColumns(client),
    await readPrimaryKeys(client),
    await readIndexes(client),
  ];
  return new Map(
    [...columns]
      .filter(([table]) => !unmodelled.has(table))
      .map(([table, found]): [string, Table] => [
        table,
        { columns: found, primaryKey: keys.get(table) ?? [], indexes: indexes.get(table) ?? [] },
      ]),
  );
}

async function readColumns(client: pg.ClientBase): Promise<Map<string, Column[]>> {
  const { rows } = await client.query<Column & { table: string }>(`
    SELECT c.table_name AS table, c.column_name AS name, c.udt_name AS type,
      c.is_nullable = 'YES' AS "isNullable", c.column_default IS NOT NULL OR c.is_identity = 'YES' OR c.is_generated = 'ALWAYS' AS "hasDefault"
    FROM information_schema.columns c JOIN pg_class t ON t.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
    WHERE c.table_schema = 'public' AND t.relkind IN ('r', 'p') AND NOT t.relispartition
    ORDER BY c.table_name, c.column_name`);
  const columns = rows.map(({ table, ...column }) => ({ table, column }));
  const tables = Map.groupBy(columns, ({ table }) => table);
  return new Map([...tables].map(([table, found]) => [table, found.map(({ column }) => column)]));
}

const keyColumns = `SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY AS k (column_number, place)
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.column_number WHERE k.place <= i.indnkeyatts`;

async function readPrimaryKeys(client: pg.ClientBase): Promise<Map<string, string[]>> {
  const { rows } = await client.query<{ table: string; columns: string[] }>(`
    SELECT t.relname AS table, (${keyColumns}) AS columns FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    WHERE i.indisprimary AND t.relnamespace = 'public'::regnamespace`);
  return new Map(rows.map((row) => [row.table, row.columns]));
}

async function readIndexes(client: pg.ClientBase): Promise<Map<string, Index[]>> {
  const { rows } = await client.query<Index & { table: string }>(`
    SELECT t.relname AS table, (${keyColumns}) AS columns, i.indisunique AND i.indpred IS NULL AS "isUnique"
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    WHERE NOT i.indisprimary AND i.indexprs IS NULL AND t.relnamespace = 'public'::regnamespace`);
  const tables = Map.groupBy(rows, (row) => row.table);
  return new Map(
    [...tables].map(([table, found]) => [
      table,
      found.map(({ columns, isUnique }) => ({ columns, isUnique })),
    ]),
  );
}
