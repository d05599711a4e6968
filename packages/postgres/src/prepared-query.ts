import pg from 'pg';
import { bigintTypes } from './bigint-types.ts';

/** What of the driver's connection a named statement is sent by. */
interface Wire {
  bind(config: { portal: string; statement: string; values: unknown[] }): void;
  execute(config: { portal: string }): void;
  sync(): void;
}

type MakeRow = (texts: (string | null)[]) => Record<string, unknown>;

interface Field {
  name: string;
  dataTypeID: number;
}

/**
 * The protocol between the driver's client and a query of it: what other query classes (cursors, streams) override as
 * well, though its types tell of `submit` alone. `driver.test.ts` holds that the pinned driver has it.
 */
interface DriverQuery {
  name: string;
  values: unknown[];
  callback(error: unknown, result?: { rows: unknown[] }): void;
  hasBeenParsed(wire: Wire): boolean;
  prepare(wire: Wire): void;
  handleRowDescription(message: { fields: Field[] }): void;
  handleDataRow(message: { fields: (string | null)[] }): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
  handleReadyForQuery(wire: Wire): void;
}

/** The driver pipelines queries of its own class only, so this has to be one. */
const DriverQuery = pg.Query as unknown as new (config: pg.QueryConfig) => DriverQuery;

/** How the rows of a connection's statements are made, by the statements' names. */
const knownRows = new WeakMap<Wire, Map<string, MakeRow>>();

/**
 * A named statement of a pipelined connection. The driver asks for the description of the columns each time,
 * which both sides then write and read, and makes each row column by column. Here a connection describes a
 * statement once, and rows are made by a function with the columns' names in it, as objects of one shape; `bigint`
 * columns are bigints. A statement whose columns change on the server is refused by it.
 */
export class PreparedQuery extends DriverQuery {
  readonly #rows: unknown[] = [];
  #wire: Wire | undefined;
  #makeRow: MakeRow | undefined;
  #unreadable: unknown;

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

  override handleRowDescription({ fields }: { fields: Field[] }): void {
    this.#makeRow = rowMaker(fields);
    if (!this.#wire || !this.name) return;
    const known = knownRows.get(this.#wire);
    if (known) known.set(this.name, this.#makeRow);
    else knownRows.set(this.#wire, new Map([[this.name, this.#makeRow]]));
  }

  override handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this.#unreadable !== undefined || !this.#makeRow) return;
    try {
      this.#rows.push(this.#makeRow(fields));
    } catch (error) {
      this.#unreadable = error;
    }
  }

  /** Rows are all that anybody asks of a read. */
  override handleCommandComplete(): void {}

  override handleReadyForQuery(): void {
    if (this.#unreadable === undefined) this.callback(null, { rows: this.#rows });
    else this.callback(this.#unreadable);
  }
}

/** A function made of the columns' names: keys that V8 does not know make of each row a dictionary of its own. */
function rowMaker(fields: readonly Field[]): MakeRow {
  const parsers = fields.map(({ dataTypeID }) => bigintTypes.getTypeParser(dataTypeID, 'text'));
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
