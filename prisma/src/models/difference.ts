import type { Model, ModelColumn } from './read-models.ts';
import type { Column, Index, Table } from './table.ts';

/** One way in which the schema file and the migrated database differ. */
export type Difference =
  | { kind: 'new table'; table: string; model: Model }
  | { kind: 'old table'; table: string }
  | { kind: 'new column'; table: string; column: ModelColumn }
  | { kind: 'old column'; table: string; column: string }
  | { kind: 'another type'; table: string; column: string; from: string; to: string }
  | { kind: 'another nullability'; table: string; column: string; isNullable: boolean }
  | { kind: 'another default'; table: string; column: ModelColumn }
  | { kind: 'another primary key'; table: string; from: string[]; to: string[] }
  | { kind: 'new index'; table: string; index: Index };

/**
 * What the models of a schema file say and its migrations do not make, or the other way round. Indexes beyond those of
 * the file are none of its business: partial ones cannot be said there.
 */
export function differencesOf(models: Map<string, Model>, tables: Map<string, Table>): Difference[] {
  const gone = [...tables.keys()].filter((table) => !models.has(table));
  return [
    ...[...models].flatMap(([table, model]) => {
      const made = tables.get(table);
      return made ? withinTable(table, model, made) : [{ kind: 'new table', table, model } as const];
    }),
    ...gone.map((table) => ({ kind: 'old table', table }) as const),
  ];
}

function withinTable(table: string, model: Model, made: Table): Difference[] {
  const known = new Map(made.columns.map((column) => [column.name, column]));
  const wanted = new Set(model.columns.map(({ name }) => name));
  const old = made.columns.filter(({ name }) => !wanted.has(name));
  const isSameKey = String(model.primaryKey) === String(made.primaryKey);
  return [
    ...model.columns.flatMap((column) => {
      const found = known.get(column.name);
      return found ? withinColumn(table, column, found) : [{ kind: 'new column', table, column } as const];
    }),
    ...old.map(({ name }) => ({ kind: 'old column', table, column: name }) as const),
    ...(isSameKey
      ? []
      : [{ kind: 'another primary key', table, from: made.primaryKey, to: model.primaryKey } as const]),
    ...model.indexes
      .filter((index) => !made.indexes.some((each) => isSameIndex(each, index)))
      .map((index) => ({ kind: 'new index', table, index }) as const),
  ];
}

function withinColumn(table: string, column: ModelColumn, made: Column): Difference[] {
  const { name, type, isNullable, hasDefault } = column;
  if (type !== made.type) {
    return [{ kind: 'another type', table, column: name, from: made.type, to: type }];
  }
  return [
    ...(isNullable === made.isNullable
      ? []
      : [{ kind: 'another nullability', table, column: name, isNullable } as const]),
    ...(hasDefault === made.hasDefault ? [] : [{ kind: 'another default', table, column } as const]),
  ];
}

function isSameIndex(one: Index, other: Index): boolean {
  return one.isUnique === other.isUnique && String(one.columns) === String(other.columns);
}
