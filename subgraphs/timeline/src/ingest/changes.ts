import type { EventPayload, EventType } from '@murmuration/events';

/** What ingest needs of a change; those of packages/events have it. */
export interface IncomingChange {
  type: EventType;
  payload: EventPayload<EventType>;
  version: bigint;
  traceContext: string | null;
}

/** Where changes come from, as packages/events tells it. */
export type IncomingSource =
  | { kind: 'feed' | 'refetch' }
  | { kind: 'snapshot'; aggregate: string; after: string | null; through: string | null };

export interface Change<T extends EventType> {
  version: string;
  payload: EventPayload<T>;
  /** Place in the batch; the log keeps this order. */
  position: number;
  traceContext: string | null;
}

/**
 * The changes of one type, at most one for each key: of several the newest version, for a statement may
 * write a row only once.
 */
export function newestOf<T extends EventType>(
  type: T,
  changes: readonly IncomingChange[],
  keyOf: (payload: EventPayload<T>) => string,
): Change<T>[] {
  const newest = new Map<string, Change<T>>();
  for (const [position, change] of changes.entries()) {
    if (change.type !== type) continue;
    const payload = change.payload as EventPayload<T>;
    const known = newest.get(keyOf(payload));
    if (known && BigInt(known.version) >= change.version) continue;
    const { version, traceContext } = change;
    newest.set(keyOf(payload), { version: version.toString(), payload, position, traceContext });
  }
  return [...newest.values()];
}

/** Keeps a change out unless it is newer; a snapshot is the truth whatever version is held. */
export function onlyIfNewer(source: IncomingSource, table: string): string {
  return source.kind === 'snapshot' ? '' : `WHERE excluded.version > ${table}.version`;
}

/**
 * A condition for the rows of a table that a snapshot's page speaks about, with its values from `$2` on.
 * `key` are the columns of its order; keys are numbers joined by colons.
 */
export function rangeOf(
  source: Extract<IncomingSource, { kind: 'snapshot' }>,
  key: readonly string[],
): { condition: string; values: string[] } {
  const columns = `(${key.join(', ')})`;
  const values: string[] = [];
  const place = (text: string) => `(${text.split(':').map((part) => `$${values.push(part) + 1}::bigint`)})`;
  const lower = source.after === null ? 'true' : `${columns} > ${place(source.after)}`;
  const upper = source.through === null ? 'true' : `${columns} <= ${place(source.through)}`;
  return { condition: `${lower} AND ${upper}`, values };
}
