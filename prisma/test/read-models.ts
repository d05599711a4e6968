/** A column, as the database and the schema file both describe it. */
export interface Column {
  name: string;
  /** Postgres's own name: `int8`, `_text`. */
  type: string;
  isNullable: boolean;
  hasDefault: boolean;
}

export interface Model {
  /** In the order of their names. */
  columns: Column[];
  primaryKey: string[];
}

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
  Inet: 'inet',
  Real: 'float4',
  SmallInt: 'int2',
  Timestamptz: 'timestamptz',
  Uuid: 'uuid',
};

const fieldLine = /^ {2}(\w+)\s+(Unsupported\("(\w+)"\)|\w+)(\[\])?(\?)?(.*)$/;

/** Reads the models of a `schema.prisma`, by table. The subset of the language that our schemas use. */
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
  const composite = /@@id\(\[([^\]]+)\]/.exec(body)?.[1]?.split(',');
  const keyFields = composite?.map((field) => field.trim()) ?? [];
  const single = fields.filter((field) => field.isId).map((field) => field.column.name);
  return {
    columns: fields.map((field) => field.column).sort((one, other) => (one.name < other.name ? -1 : 1)),
    primaryKey: keyFields.length > 0 ? keyFields.map((field) => nameOf.get(field) ?? field) : single,
  };
}

function readField(line: string): { field: string; isId: boolean; column: Column } | null {
  const [, field, type = '', unsupported, list, optional, attributes = ''] = fieldLine.exec(line) ?? [];
  if (field === undefined) return null;
  const native = /@db\.(\w+)/.exec(attributes)?.[1];
  const base = unsupported ?? (native === undefined ? scalarTypes[type] : nativeTypes[native]);
  if (base === undefined) throw new Error(`teach this test the type of: ${line.trim()}`);
  return {
    field,
    isId: /@id\b/.test(attributes),
    column: {
      name: /@map\("(\w+)"\)/.exec(attributes)?.[1] ?? field,
      type: list ? `_${base}` : base,
      isNullable: optional !== undefined,
      hasDefault: /@default\(/.test(attributes),
    },
  };
}
