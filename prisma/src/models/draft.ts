import type { Difference } from './difference.ts';
import type { Model, ModelColumn } from './read-models.ts';
import type { Index } from './table.ts';

/** The SQL of one migration's file, without its heading. */
export interface Draft {
  /** What its folder's name ends in, behind the name that was asked for: nothing, or which index it makes. */
  suffix: string;
  sql: string;
}

/**
 * The migrations that make a database what the schema file says: one for what runs in a transaction, and one for each
 * index over a table that exists, which is made while people write.
 * @throws Error naming all that somebody has to think about and write by hand
 */
export function draftMigrations(differences: readonly Difference[]): Draft[] {
  const problems = differences.flatMap((each) => problemOf(each) ?? []);
  if (problems.length > 0) {
    throw new Error(`Write this by hand, for it depends on what is stored:\n${problems.join('\n')}`);
  }
  const statements = differences.flatMap(statementsOf);
  const changes = statements.length > 0 ? [{ suffix: '', sql: statements.join('\n') }] : [];
  const indexes = differences.flatMap((each) =>
    each.kind === 'new index'
      ? [{ suffix: indexName(each.table, each.index), sql: concurrently(each.table, each.index) }]
      : [],
  );
  return [...changes, ...indexes];
}

function problemOf(difference: Difference): string | null {
  switch (difference.kind) {
    case 'new column': {
      const { table, column } = difference;
      const where = `${table}.${column.name}`;
      if (!column.isNullable && !column.hasDefault) {
        return `  ${where} must have a value, and rows that exist have none: give it a default, or make it optional`;
      }
      return isUnwritable(column) ? `  ${where}: a default that only SQL can say` : null;
    }
    case 'new table': {
      const [unwritable] = difference.model.columns.filter(isUnwritable);
      return unwritable ? `  ${difference.table}.${unwritable.name}: a default that only SQL can say` : null;
    }
    case 'another default':
      return isUnwritable(difference.column)
        ? `  ${difference.table}.${difference.column.name}: a default that only SQL can say`
        : null;
    case 'another type':
      return `  ${difference.table}.${difference.column} is ${difference.from} and is to be ${difference.to}: add another column, fill it, and drop the old one in a later release`;
    case 'another nullability':
      return difference.isNullable
        ? null
        : `  ${difference.table}.${difference.column} is to have a value always: rows without one come first`;
    case 'another primary key':
      return `  ${difference.table}: the primary key (${difference.from}) is to be (${difference.to})`;
    case 'new index':
    case 'old column':
    case 'old table':
      return null;
  }
}

const isUnwritable = ({ hasDefault, sqlDefault }: ModelColumn) => hasDefault && sqlDefault === null;
const contraction = '-- Only when no release that runs reads or writes it any more.';

function statementsOf(difference: Difference): string[] {
  switch (difference.kind) {
    case 'new table':
      return createTable(difference.table, difference.model);
    case 'old table':
      return [contraction, `DROP TABLE ${quote(difference.table)};`];
    case 'new column':
      return [`ALTER TABLE ${quote(difference.table)} ADD COLUMN ${define(difference.column)};`];
    case 'old column':
      return [contraction, `ALTER TABLE ${quote(difference.table)} DROP COLUMN ${quote(difference.column)};`];
    case 'another nullability':
      return [alterColumn(difference.table, difference.column, 'DROP NOT NULL')];
    case 'another default': {
      const { sqlDefault, name } = difference.column;
      const action = sqlDefault === null ? 'DROP DEFAULT' : `SET DEFAULT ${sqlDefault}`;
      return [alterColumn(difference.table, name, action)];
    }
    case 'new index':
    case 'another type':
    case 'another primary key':
      return [];
  }
}

function createTable(table: string, { columns, indexes, primaryKey }: Model): string[] {
  const inKey = (column: ModelColumn) => (primaryKey.includes(column.name) ? 0 : 1);
  const ordered = columns.toSorted((one, other) => inKey(one) - inKey(other));
  const lines = [
    ...ordered.map((column) => `  ${define(column)}`),
    ...(primaryKey.length > 0 ? [`  PRIMARY KEY (${listOf(primaryKey)})`] : []),
  ];
  return [
    `CREATE TABLE ${quote(table)} (\n${lines.join(',\n')}\n);`,
    ...indexes.map((index) => `CREATE ${whatOf(index)} ${definitionOf(table, index)};`),
  ];
}

function define({ name, sqlType, isNullable, sqlDefault }: ModelColumn): string {
  return [
    quote(name),
    sqlType,
    isNullable ? '' : 'NOT NULL',
    sqlDefault === null ? '' : `DEFAULT ${sqlDefault}`,
  ]
    .filter(Boolean)
    .join(' ');
}

function alterColumn(table: string, column: string, action: string): string {
  return `ALTER TABLE ${quote(table)} ALTER COLUMN ${quote(column)} ${action};`;
}

function concurrently(table: string, index: Index): string {
  return `CREATE ${whatOf(index)} CONCURRENTLY IF NOT EXISTS ${definitionOf(table, index)}`;
}

const whatOf = ({ isUnique }: Index) => (isUnique ? 'UNIQUE INDEX' : 'INDEX');
const definitionOf = (table: string, index: Index) =>
  `${indexName(table, index)} ON ${quote(table)} (${listOf(index.columns)})`;
const indexName = (table: string, { columns, isUnique }: Index) =>
  `${table}_${columns.join('_')}_${isUnique ? 'key' : 'idx'}`;
const listOf = (columns: readonly string[]) => columns.map(quote).join(', ');

/** Words that Postgres keeps for itself, of those that a table here may be called. */
const reserved = new Set(['group', 'order', 'user']);
const quote = (name: string) => (reserved.has(name) || /[^a-z0-9_]/.test(name) ? `"${name}"` : name);
