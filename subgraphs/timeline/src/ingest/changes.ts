import type { EventPayload, EventType } from '@murmuration/events';
import type { Incoming, Row } from './versioned-table.ts';

/** What ingest needs of a change; those of packages/events have it. */
export interface IncomingChange {
  type: EventType;
  payload: EventPayload<EventType>;
  version: bigint;
  traceContext: string | null;
}

/** The changes of one type in a batch, as rows of their table. */
export interface ChangedRows {
  incoming: Incoming[];
  /** The trace of the change at a position; the log keeps the order of positions. */
  traceOf(position: number): string | null;
}

/**
 * Of the changes of one type at most one for each key: of several the newest version, for a statement may write a
 * row only once.
 */
export function rowsOf<T extends EventType>(
  type: T,
  changes: readonly IncomingChange[],
  read: (payload: EventPayload<T>) => { key: string; row: Row },
): ChangedRows {
  const newest = new Map<string, { version: bigint; incoming: Incoming }>();
  for (const [position, change] of changes.entries()) {
    if (change.type !== type) continue;
    const { key, row } = read(change.payload as EventPayload<T>);
    const { version } = change;
    const known = newest.get(key);
    if (known && known.version >= version) continue;
    newest.set(key, { version, incoming: { row, version: version.toString(), position } });
  }
  return {
    incoming: [...newest.values()].map(({ incoming }) => incoming),
    traceOf: (position) => changes[Math.floor(position)]?.traceContext ?? null,
  };
}
