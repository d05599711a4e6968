import type { ChangeSource, Sweep } from '@murmuration/events';
import type { Sql } from '../database/pool.ts';

type SqlType = 'bigint' | 'boolean' | 'text' | 'bigint[]' | 'text[]';

/** A table of the projection whose rows have a version and a generation. */
export interface VersionedTable {
  name: string;
  /** Columns of the key, all bigint, in the order in which the owner's snapshot goes. */
  key: readonly [string, ...string[]];
  /** What a change says, by column. */
  columns: Readonly<Record<string, SqlType>>;
  /** A column that is not told but follows from where the log is (`$3`): its value for a new row, and for an old one. */
  follows?: { column: string; value: string; ofKnown: string };
  /** Of what no backfill confirmed, the rows that go; all of them by default. SQL over `r`. */
  goes?: string;
}

/** Columns as they came or are held. */
export type Row = Readonly<Record<string, unknown>>;

/** A row that was written, with what was held before. */
export interface Written<After extends Row> {
  after: After;
  before: After | null;
  /** Of the change that did it, in its batch. */
  position: number;
}

/** What is written of one change. */
export interface Incoming {
  row: Row;
  version: string;
  position: number;
}

/**
 * Writes changes that are newer than what is held: of a higher generation, or version; a snapshot's of the same
 * version as well. The log's head row is locked, so that `before` is what was overwritten.
 */
export async function writeRows<After extends Row>(
  sql: Sql,
  table: VersionedTable,
  changes: readonly Incoming[],
  source: ChangeSource,
  head: bigint,
): Promise<Written<After>[]> {
  if (changes.length === 0) return [];
  const incoming = changes.map(({ row, version, position }) => ({ ...row, version, position }));
  const values = [JSON.stringify(incoming), source.generation.toString()];
  if (table.follows) values.push(head.toString());
  const { rows } = await sql.query<Record<string, unknown>>({
    name: `ingest-${table.name}-${source.kind === 'snapshot' ? 'snapshot' : 'change'}`,
    text: writeSql(table, source),
    values,
  });
  const names = [...table.key, ...Object.keys(table.columns)];
  const part = (row: Record<string, unknown>, prefix: string) =>
    Object.fromEntries(names.map((name) => [name, row[`${prefix}${name}`]])) as After;
  return rows.map((row) => ({
    after: part(row, 'after_'),
    before: row['was_held'] ? part(row, 'before_') : null,
    position: Number(row['position']),
  }));
}

/** Planned once: for a post, planning took Postgres twice as long as writing. What is held is looked up, however much that is. */
function writeSql({ name, key, columns, follows }: VersionedTable, source: ChangeSource): string {
  const names = Object.keys(columns);
  const keyNames = key.join(', ');
  const keyOf = (alias: string) => key.map((column) => `${alias}.${column}`).join(', ');
  const told = [...key, ...names];
  const of = (alias: string) => names.map((column) => `${alias}.${column}`).join(', ');
  const types = { ...Object.fromEntries(key.map((column) => [column, 'bigint'])), ...columns };
  const record = told.map((column) => `${column} ${types[column]}`).join(', ');
  const set = [...names, 'version', 'generation'].map((column) => `${column} = excluded.${column}`);
  if (follows) set.push(`${follows.column} = ${follows.ofKnown}`);
  const extra = follows ? [[follows.column, follows.value]] : [];
  const newer = source.kind === 'snapshot' ? '>=' : '>';
  return `WITH incoming AS (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS e(${record}, version bigint, position double precision)
    ), before AS (
      SELECT r.* FROM incoming i CROSS JOIN LATERAL (
        SELECT ${told.map((column) => `h.${column}`).join(', ')} FROM ${name} h
        WHERE (${keyOf('h')}) = (${keyOf('i')}) LIMIT 1) r
    ), written AS (
      INSERT INTO ${name} AS r (${[...told, 'version', 'generation', ...extra.map(([column]) => column)].join(', ')})
      SELECT ${[...told, 'version', '$2::bigint', ...extra.map(([, value]) => value)].join(', ')} FROM incoming
      ON CONFLICT (${keyNames}) DO UPDATE SET ${set.join(', ')}
      WHERE r.generation < excluded.generation OR excluded.version ${newer} r.version
      RETURNING ${told.map((column) => `r.${column}`).join(', ')}
    )
    SELECT i.position, b.${key[0]} IS NOT NULL AS was_held,
      ${told.map((column) => `w.${column} AS after_${column}, b.${column} AS before_${column}`).join(', ')}
    FROM written w JOIN incoming i USING (${keyNames}) LEFT JOIN before b USING (${keyNames})
    WHERE b.${key[0]} IS NULL OR (${of('b')}) IS DISTINCT FROM (${of('w')})`;
}

/** Removes rows that a backfill did not confirm, of so many that it looks at; answers those that went. */
export async function sweepRows<Gone extends Row>(
  sql: Sql,
  { name, key, columns, goes = 'true' }: VersionedTable,
  { after, generation, limit }: Sweep,
): Promise<{ next: string | null; gone: Gone[] }> {
  const keyNames = key.join(', ');
  const keyOf = (alias: string) => key.map((column) => `${alias}.${column}`).join(', ');
  const told = [...key, ...Object.keys(columns)];
  const from = after === null ? key.map(() => '-1') : after.split(':');
  const places = key.map((_column, index) => `$${index + 1}::bigint`).join(', ');
  const [limitPlace, generationPlace] = [`$${key.length + 1}`, `$${key.length + 2}`];
  const { rows } = await sql.query<Record<string, unknown>>(
    `WITH looked AS MATERIALIZED (
       SELECT ${keyNames}, generation FROM ${name}
       WHERE (${keyNames}) > (${places}) ORDER BY ${keyNames} LIMIT ${limitPlace}
     ), gone AS (
       DELETE FROM ${name} r USING looked l
       WHERE (${keyOf('r')}) = (${keyOf('l')}) AND r.generation < ${generationPlace} AND ${goes}
       RETURNING ${told.map((column) => `r.${column}`).join(', ')}
     ), place AS (
       SELECT CASE WHEN (SELECT count(*) FROM looked) = ${limitPlace} THEN (SELECT concat_ws(':', ${keyNames})
         FROM looked ORDER BY ${key.map((column) => `${column} DESC`).join(', ')} LIMIT 1) END AS next
     )
     SELECT place.next, gone.* FROM place LEFT JOIN gone ON true`,
    [...from, limit, generation.toString()],
  );
  const gone = rows.filter((row) => row[key[0]] !== null) as unknown as Gone[];
  return { next: (rows[0]?.['next'] as string | null) ?? null, gone };
}
