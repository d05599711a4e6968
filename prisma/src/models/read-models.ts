import type { Column, Index, Table } from './table.ts';

/** A column of the schema file, with how it would be made. */
export interface ModelColumn extends Column {
  /** As written in a `CREATE TABLE`: `timestamptz(3)`. */
  sqlType: string;
  /** The expression of its default; null when it has none, or one that this reader cannot write. */
  sqlDefault: string | null;
}

export type Model = Table<ModelColumn>;

/** Postgres's type for a Prisma type without `@db`. */
const scalarTypes: Record<string, string> = {
  BigInt: 'int8',
  Boolean: 'bool',
  Bytes: 'bytea',
  DateTime: 'timestamp',
  Float: 'float8',
  Int: 'int4',
  Json: 'jsonb',
  String: 'text',
};

const nativeTypes: Record<string, string> = {
  Date: 'date',
  Inet: 'inet',
  Real: 'float4',
  SmallInt: 'int2',
  Timestamptz: 'timestamptz',
  Uuid: 'uuid',
};

/** What people write where Postgres's own name is another. */
const writtenTypes: Record<string, string> = {
  bool: 'boolean',
  float4: 'real',
  float8: 'double precision',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
};

const fieldLine = /^ {2}(\w+)\s+(Unsupported\("(\w+)"\)|\w+)(\[\])?(\?)?(.*)$/;

/**
 * Reads the models of a `schema.prisma`, by table. The subset of the language that our schemas use.
 * @throws Error naming a line of a type that it does not know
 */
export function readModels(schema: string): Map<string, Model> {
  const blocks = schema.matchAll(/^model (\w+) \{\n(.*?)^\}/gms);
  return new Map(
    [...blocks].map(([, name = '', body = '']): [string, Model] => {
      const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name;
      return [table, readModel(body)];
    }),
  );
}

function readModel(body: string): Model {
  const fields = body.split('\n').flatMap((line) => readField(line) ?? []);
  const nameOf = new Map(fields.map((field) => [field.field, field.column.name]));
  const listsOf = (attribute: string): string[][] =>
    [...body.matchAll(new RegExp(`^ {2}@@${attribute}\\(\\[([^\\]]+)\\]`, 'gm'))].map(([, list = '']) =>
      list.split(',').map((field) => nameOf.get(field.trim()) ?? field.trim()),
    );
  const marked = (attribute: RegExp) =>
    fields.filter(({ attributes }) => attribute.test(attributes)).map(({ column }) => column.name);
  const [composite = marked(/@id\b/)] = listsOf('id');
  const indexes: Index[] = [
    ...listsOf('index').map((columns) => ({ columns, isUnique: false })),
    ...listsOf('unique').map((columns) => ({ columns, isUnique: true })),
    ...marked(/@unique\b/).map((column) => ({ columns: [column], isUnique: true })),
  ];
  return {
    columns: fields.map((field) => field.column).sort((one, other) => (one.name < other.name ? -1 : 1)),
    primaryKey: composite,
    indexes,
  };
}

function readField(line: string): { field: string; attributes: string; column: ModelColumn } | null {
  const [, field, type = '', unsupported, list, optional, attributes = ''] = fieldLine.exec(line) ?? [];
  if (field === undefined) return null;
  const [, native, size = ''] = /@db\.(\w+)(\(\d+\))?/.exec(attributes) ?? [];
  const base = unsupported ?? (native === undefined ? scalarTypes[type] : nativeTypes[native]);
  if (base === undefined) throw new Error(`teach read-models.ts the type of: ${line.trim()}`);
  return {
    field,
    attributes,
    column: {
      name: /@map\("(\w+)"\)/.exec(attributes)?.[1] ?? field,
      type: list ? `_${base}` : base,
      isNullable: optional !== undefined,
      hasDefault: /@default\(/.test(attributes),
      sqlType: `${writtenTypes[base] ?? base}${size}${list ?? ''}`,
      sqlDefault: readDefault(attributes),
    },
  };
}

const defaults: [RegExp, (text: string) => string][] = [
  [/@default\(dbgenerated\("((?:[^"\\]|\\.)+)"\)\)/, (expression) => expression.replaceAll('\\"', '"')],
  [/@default\((true|false|-?\d+(?:\.\d+)?)\)/, (value) => value],
  [/@default\("((?:[^"\\]|\\.)*)"\)/, (text) => `'${text.replaceAll('\\"', '"').replaceAll("'", "''")}'`],
  [/@default\((\[\])\)/, () => `'{}'`],
  [/@default\((now\(\))\)/, () => 'clock_timestamp()'],
];

function readDefault(attributes: string): string | null {
  for (const [pattern, write] of defaults) {
    const [, text] = pattern.exec(attributes) ?? [];
    if (text !== undefined) return write(text);
  }
  return null;
}
