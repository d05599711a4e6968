import pg from 'pg';

/** What of the driver's connection a named statement is sent by. */
interface Wire {
  bind(config: { portal: string; statement: string; values: unknown[] }): void;
  execute(config: { portal: string }): void;
  sync(): void;
}

type MakeRow = (texts: (string | null)[]) => Record<string, unknown>;

interface Field {
  name: string;
}

/** What the driver's query has and its types do not tell. */
interface DriverQuery {
  name: string;
  text: string;
  values: unknown[];
  hasBeenParsed(wire: Wire): boolean;
  prepare(wire: Wire): void;
  handleRowDescription(message: { fields: Field[] }): void;
}
interface DriverState {
  _result: { rows: unknown[]; _parsers: ((text: string) => unknown)[] };
  _canceledDueToError: unknown;
}

const DriverQuery = pg.Query as unknown as new (config: pg.QueryConfig) => DriverQuery & DriverState;

/** How the rows of a connection's statements are made, by the statements' names. */
const knownRows = new WeakMap<Wire, Map<string, MakeRow>>();

/**
 * A named statement of a pipelined connection. The driver asks for the description of the columns each time,
 * which both sides then write and read, and makes each row column by column. Here a connection describes a
 * statement once, and rows are made by a function with the columns' names in it, as objects of one shape.
 * A statement whose columns change on the server is refused by it.
 */
export class PreparedQuery extends DriverQuery {
  #wire: Wire | undefined;
  #makeRow: MakeRow | undefined;

  /** @throws TypeError for a value that is neither text, number nor boolean */
  constructor({ values, ...statement }: pg.QueryConfig<unknown[]>) {
    super(values ? { ...statement, values: values.map(textOf) } : statement);
  }

  override prepare(wire: Wire): void {
    this.#wire = wire;
    this.#makeRow = knownRows.get(wire)?.get(this.name);
    if (!this.#makeRow || !this.hasBeenParsed(wire)) return super.prepare(wire);
    wire.bind({ portal: '', statement: this.name, values: this.values });
    wire.execute({ portal: '' });
    wire.sync();
  }

  override handleRowDescription(message: { fields: Field[] }): void {
    super.handleRowDescription(message);
    this.#makeRow = rowMaker(message.fields, this._result._parsers);
    if (!this.#wire) return;
    const known = knownRows.get(this.#wire);
    if (known) known.set(this.name, this.#makeRow);
    else knownRows.set(this.#wire, new Map([[this.name, this.#makeRow]]));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this._canceledDueToError || !this.#makeRow) return;
    try {
      this._result.rows.push(this.#makeRow(fields));
    } catch (error) {
      this._canceledDueToError = error;
    }
  }
}

function rowMaker(fields: readonly Field[], parsers: readonly ((text: string) => unknown)[]): MakeRow {
  const members = fields.map(
    ({ name }, index) =>
      `${JSON.stringify(name)}: texts[${index}] === null ? null : parsers[${index}](texts[${index}])`,
  );
  return new Function('parsers', `return (texts) => ({ ${members.join(', ')} })`)(parsers) as MakeRow;
}

/** The driver's way has rules for dates, buffers and arrays, which no hot read needs. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new TypeError('A pipelined read takes texts, numbers and booleans as its values.');
}
