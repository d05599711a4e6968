import { encodeId, type IdType, timeOf } from '@murmuration/ids';
import { z } from 'zod';
import type { HttpServer } from '../http/server.ts';
import { answerServices, idText } from './service-route.ts';

/** Where a subgraph says what it holds of a person, for an export of their account. */
export const personDataPath = '/internal/person-data';

export const personDataLimits = {
  /** Rows of one page, which is held in memory by whoever makes it and whoever reads it. */
  rowsAtOnce: 500,
} as const;

/** Rows of one kind that are a person's. What is SQL is this subgraph's own and never what somebody sent. */
export interface PersonPart {
  /** What its file is called. */
  name: string;
  /** What it is, for the person who reads it: one sentence. */
  about: string;
  /** SQL of the tables. */
  from: string;
  /** SQL that says which rows are the person's, who is `$1`, by an index. */
  where: string;
  /** Columns that together name a row among these, in the order of an index, with their types. */
  key: readonly (readonly [column: string, type: 'bigint' | 'text'])[];
  /** SQL of each field that is told, by its name. */
  fields: Readonly<Record<string, string>>;
  /** Fields that are numbers, or arrays of them, and told as ids of a type. */
  ids?: Readonly<Record<string, IdType>>;
  /** Fields that are numbers of ids, and told as when these were made. */
  times?: readonly string[];
}

/** Where a page begins. */
export interface PersonDataPlace {
  part: string;
  /** The key that it goes on behind, as text; null for the beginning of the part. */
  after: string[] | null;
}

/** Some rows of one part. */
export interface PersonDataPage {
  part: Pick<PersonPart, 'name' | 'about'>;
  rows: Record<string, unknown>[];
  /** Where the next page begins, which may be of another part; null behind the last one. */
  next: PersonDataPlace | null;
}

/** Reads what there is of a person, page by page. @param place null: from the beginning */
export type ReadPersonData = (personId: bigint, place: PersonDataPlace | null) => Promise<PersonDataPage>;

/** What a statement answers for one row. */
export interface PersonRow {
  key: string[];
  row: Record<string, unknown>;
}

/** Runs a statement with `$1` …. */
type Query = (text: string, values: string[]) => Promise<PersonRow[]>;

/** Pages of parts in their order, each in the order of its key. @throws RangeError for a place that there is not */
export function createPersonData(
  parts: readonly [PersonPart, ...PersonPart[]],
  query: Query,
  { rowsAtOnce }: { rowsAtOnce: number } = personDataLimits,
): ReadPersonData {
  return async (personId, place) => {
    const index = place === null ? 0 : parts.findIndex(({ name }) => name === place.part);
    const part = parts[index];
    const after = place?.after ?? null;
    if (!part || (after !== null && after.length !== part.key.length))
      throw new RangeError('there is no such part, or no such place in it');
    const found = await query(statementOf(part, after !== null, rowsAtOnce), [
      String(personId),
      ...(after ?? []),
    ]);
    const last = found.at(-1);
    const following = parts[index + 1];
    const behind = following ? { part: following.name, after: null } : null;
    const isFull = found.length === rowsAtOnce && last;
    return {
      part: { name: part.name, about: part.about },
      rows: found.map(({ row }) => told(part, row)),
      next: isFull ? { part: part.name, after: last.key } : behind,
    };
  };
}

function statementOf({ fields, from, key, where }: PersonPart, isBehind: boolean, limit: number): string {
  const columns = key.map(([column]) => column);
  const values = key.map(([, type], index) => `$${index + 2}::text::${type}`);
  const row = Object.entries(fields).map(([name, sql]) => `'${name}', ${sql}`);
  return `SELECT ARRAY[${columns.map((column) => `${column}::text`).join(', ')}] AS key,
      jsonb_build_object(${row.join(', ')}) AS row
    FROM ${from} WHERE ${where.replaceAll('$1', '$1::text::bigint')}
      ${isBehind ? `AND (${columns.join(', ')}) > (${values.join(', ')})` : ''}
    ORDER BY ${columns.join(', ')} LIMIT ${limit}`;
}

function told({ fields, ids = {}, times = [] }: PersonPart, row: Record<string, unknown>) {
  const idOf = (type: IdType, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((one) => idOf(type, one));
    return value == null ? null : encodeId(type, BigInt(value as string));
  };
  const valueOf = (name: string): unknown => {
    if (times.includes(name)) return new Date(timeOf(BigInt(row[name] as string))).toISOString();
    const type = ids[name];
    return type ? idOf(type, row[name]) : row[name];
  };
  // In the order in which they are named: JSON in the database has one of its own.
  return Object.fromEntries(Object.keys(fields).map((name) => [name, valueOf(name)]));
}

const body = z.object({
  personId: idText,
  place: z
    .object({ part: z.string().max(100), after: z.array(z.string().max(1_000)).max(3).nullable() })
    .nullable(),
});

/** Answers a page to the service that makes exports, and to no other. */
export function servePersonData(app: HttpServer['app'], read: ReadPersonData): void {
  const route = { method: 'POST', path: personDataPath, body, by: 'user' } as const;
  answerServices(app, route, ({ personId, place }) => read(personId, place));
}
