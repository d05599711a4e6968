/** What is true of an aggregate, as snapshots and events carry it. */
export interface WireState {
  aggregateType: string;
  aggregateId: string;
  /** Decimal text. A consumer applies a state only over a lower version. */
  version: string;
  type: string;
  payload: unknown;
}

export interface WireEvent extends WireState {
  /** The place right after this event. */
  cursor: string;
  /** Decimal text; the event's id, which is time-ordered but not the feed's order. */
  id: string;
  payloadVersion: number;
  traceContext: string | null;
}

/** Answer of `GET /internal/events`. */
export interface WirePage {
  events: WireEvent[];
  /** Where to go on: after the last event, or where the reader already stood. */
  cursor: string;
}

export interface WireSnapshotState extends WireState {
  /** Place in the snapshot's order; usually the aggregate id. */
  key: string;
}

/** Answer of `GET /internal/snapshots/<aggregate>`. */
export interface WireSnapshotPage {
  states: WireSnapshotState[];
  /** Key to go on after; null at the end. */
  next: string | null;
  /** With the first page: how many states there may be, as the database estimates it. */
  expected?: number;
}

/** The feed cannot go on from the given cursor: read the state anew. Sent with status 410. */
export const feedReset = 'FEED_RESET';

export type ResetReason = 'unreadable cursor' | 'another incarnation' | 'dropped partition';
