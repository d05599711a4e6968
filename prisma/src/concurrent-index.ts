import type pg from 'pg';
import { withLockRetries } from './lock-retries.ts';
import type { MigrationLimits } from './migration-limits.ts';

const identifier = String.raw`(?:"[^"]+"|\w+)`;
const createIndex = new RegExp(
  String.raw`^\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(IF\s+NOT\s+EXISTS\s+)?(${identifier})\s+ON\s+(${identifier})`,
  'i',
);

/** A `CREATE INDEX CONCURRENTLY`, by its words. */
export interface ConcurrentIndex {
  /** Name and table as written, with their quotes. */
  name: string;
  table: string;
  isRepeatable: boolean;
  sql: string;
}

/** Reads a statement as the making of an index, or null when it is something else. */
export function readConcurrentIndex(statement: string): ConcurrentIndex | null {
  const [, repeatable, name, table] = createIndex.exec(statement) ?? [];
  if (!name || !table) return null;
  return { name, table, isRepeatable: repeatable !== undefined, sql: statement };
}

/**
 * Makes an index while people write. What a run that was cut off has left (an index that nothing may use) is
 * dropped first. Postgres refuses this on a partitioned table; there an empty index is made on the parent, then
 * one on each partition, and each is attached: partitions that are made meanwhile get theirs by themselves.
 */
export async function makeConcurrently(
  client: pg.Client,
  index: ConcurrentIndex,
  limits: MigrationLimits,
): Promise<void> {
  const { rows } = await client.query<{ relkind: string }>(
    'SELECT relkind FROM pg_class WHERE oid = $1::regclass',
    [index.table],
  );
  if (rows[0]?.relkind !== 'p') {
    await dropInvalid(client, index.name, limits);
    await waiting(client, limits.outsideLockMs, index.sql);
    return;
  }
  const onParent = index.sql
    .replace(/\bCONCURRENTLY\b/i, '')
    .replace(/\bON\b(?=\s+(?:"[^"]+"|\w+))/i, 'ON ONLY');
  await withLockRetries(() => waiting(client, limits.lockMs, onParent), limits);
  for (const partition of await partitionsWithout(client, index.name)) {
    await makeOnPartition(client, index.name, partition, limits);
  }
}

interface Partition {
  /** Quoted, with its schema. */
  table: string;
  /** Name of the index on it, quoted. */
  index: string;
  /** The parent's definition, whose head is replaced. */
  definition: string;
}

async function partitionsWithout(client: pg.Client, parentIndex: string): Promise<Partition[]> {
  const { rows } = await client.query<Partition>(
    `SELECT format('%I.%I', namespace.nspname, part.relname) AS table,
       format('%I', left(part.relname, 40) || '_' || substr(md5(part.relname || parent.relname), 1, 12)) AS index,
       pg_get_indexdef(parent.oid) AS definition
     FROM pg_class parent
     JOIN pg_index on_parent ON on_parent.indexrelid = parent.oid
     JOIN pg_partition_tree(on_parent.indrelid) leaf ON leaf.isleaf
     JOIN pg_class part ON part.oid = leaf.relid
     JOIN pg_namespace namespace ON namespace.oid = part.relnamespace
     WHERE parent.oid = $1::regclass AND NOT EXISTS (
       SELECT 1 FROM pg_index on_part JOIN pg_inherits ON inhrelid = on_part.indexrelid
       WHERE on_part.indrelid = part.oid AND inhparent = parent.oid)
     ORDER BY 1`,
    [parentIndex],
  );
  return rows;
}

async function makeOnPartition(
  client: pg.Client,
  parentIndex: string,
  { table, index, definition }: Partition,
  limits: MigrationLimits,
): Promise<void> {
  await dropInvalid(client, index, limits);
  const sql = definition.replace(
    /^CREATE (UNIQUE )?INDEX .+? ON ONLY \S+/,
    (_head, unique: string = '') => `CREATE ${unique}INDEX CONCURRENTLY IF NOT EXISTS ${index} ON ${table}`,
  );
  await waiting(client, limits.outsideLockMs, sql);
  const attach = `ALTER INDEX ${parentIndex} ATTACH PARTITION ${index}`;
  await withLockRetries(() => waiting(client, limits.lockMs, attach), limits);
}

async function dropInvalid(client: pg.Client, name: string, limits: MigrationLimits): Promise<void> {
  const { rowCount } = await client.query(
    'SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid',
    [name],
  );
  if (rowCount) await waiting(client, limits.outsideLockMs, `DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
}

async function waiting(client: pg.Client, lockMs: number, sql: string): Promise<void> {
  await client.query(`SET lock_timeout = ${lockMs}`);
  await client.query(sql);
}
