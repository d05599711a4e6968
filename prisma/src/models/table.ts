/** A column, as the database and the schema file both describe it. */
export interface Column {
  name: string;
  /** Postgres's own name: `int8`, `_text`. */
  type: string;
  isNullable: boolean;
  hasDefault: boolean;
}

export interface Index {
  /** In their order. */
  columns: string[];
  isUnique: boolean;
}

/** A table, as the database and the schema file both describe it. */
export interface Table<OwnColumn extends Column = Column> {
  /** In the order of their names. */
  columns: OwnColumn[];
  primaryKey: string[];
  /** Without the primary key's and those over expressions. A partial one counts, but holds nothing unique for all rows. */
  indexes: Index[];
}
