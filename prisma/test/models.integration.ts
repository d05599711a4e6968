import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyMigrations, databaseNames, ensureDatabase } from '../src/index.ts';
import { type Column, readModels } from './read-models.ts';
import { servers } from './servers.ts';

/** Tables that Prisma's clients do not know: the runner's own. */
const unmodelled = new Set(['_prisma_migrations']);

describe.each(databaseNames)('the models of %s', (name) => {
  const url = new URL(servers().postgresUrl);
  url.pathname = `/models_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: url.href });

  beforeAll(async () => {
    await ensureDatabase(url.href);
    await applyMigrations({ database: name, url: url.href });
    await client.connect();
  });
  afterAll(() => client.end());

  /** Tables of the migrated database; partitions are no tables of their own. */
  async function readTables(): Promise<Map<string, Column[]>> {
    const { rows } = await client.query<Column & { table: string }>(`
      SELECT c.table_name AS table, c.column_name AS name, c.udt_name AS type,
        c.is_nullable = 'YES' AS "isNullable", c.column_default IS NOT NULL OR c.is_identity = 'YES' OR c.is_generated = 'ALWAYS' AS "hasDefault"
      FROM information_schema.columns c JOIN pg_class t ON t.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
      WHERE c.table_schema = 'public' AND t.relkind IN ('r', 'p') AND NOT t.relispartition
      ORDER BY c.table_name, c.column_name`);
    const tables = Map.groupBy(rows, (row) => row.table);
    for (const table of unmodelled) tables.delete(table);
    return tables;
  }

  async function readPrimaryKeys(): Promise<Map<string, string[]>> {
    const { rows } = await client.query<{ table: string; columns: string[] }>(`
      SELECT t.relname AS table, array_agg(a.attname::text ORDER BY k.place) AS columns
      FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
      CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (column_number, place)
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.column_number
      WHERE i.indisprimary AND t.relnamespace = 'public'::regnamespace GROUP BY 1`);
    return new Map(rows.map((row) => [row.table, row.columns]));
  }

  const schemaFile = new URL(`../${name}/schema.prisma`, import.meta.url);

  it('are the tables of its migrations, column by column', async () => {
    const models = readModels(await readFile(schemaFile, 'utf8'));
    const tables = await readTables();
    expect([...models.keys()].sort()).toEqual([...tables.keys()].sort());
    for (const [table, model] of models) {
      const columns = model.columns.map((column) => ({ table, ...column }));
      expect(columns).toEqual(tables.get(table));
    }
  });

  it('have the primary keys of its migrations', async () => {
    const models = readModels(await readFile(schemaFile, 'utf8'));
    const keys = await readPrimaryKeys();
    for (const [table, model] of models) {
      expect({ table, key: model.primaryKey }).toEqual({ table, key: keys.get(table) });
    }
  });
});
