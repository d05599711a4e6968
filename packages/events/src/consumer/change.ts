import { type EventPayload, eventPayloads, type EventType } from '../catalogue.ts';
import type { WireEvent, WireState } from '../feed/wire.ts';

interface ChangeOf<T extends EventType> {
  type: T;
  payload: EventPayload<T>;
  aggregateType: string;
  aggregateId: string;
  /** Apply the change only over a lower version of the same aggregate. */
  version: bigint;
  /** Null for a state read from a snapshot. */
  eventId: bigint | null;
  traceContext: string | null;
}

/** What became true of an aggregate of another service; narrow it by `type`. */
export type StateChange<T extends EventType = EventType> = { [Type in T]: ChangeOf<Type> }[T];

/**
 * Where changes come from, which decides how they are applied. Rows carry the generation they were last confirmed
 * in; versions compare within one generation only, for a restored producer counts again from where it was.
 */
export type ChangeSource =
  /** Each change counts over a lower generation or version, for the feed's order is not the order of one row. */
  | { kind: 'feed'; generation: bigint }
  /** A page of the whole truth: its states count over equal versions, too. */
  | { kind: 'snapshot'; aggregate: string; generation: bigint }
  /** One aggregate read anew after a poison event; counts as one of the feed. */
  | { kind: 'refetch'; generation: bigint };

/** What no page of a backfill confirmed, for a consumer to remove. */
export interface Sweep {
  aggregate: string;
  /** Rows of lower generations are gone at their owner. */
  generation: bigint;
  /** Only rows behind this key; null: from the first. */
  after: string | null;
  /** Rows to look at, at most. */
  limit: number;
}

const types = new Set<string>(Object.keys(eventPayloads));

/**
 * Reads a state off the wire; null for a type that this build does not know, which is of a newer producer.
 * @throws ZodError when the payload does not fit its type
 */
export function readChange(state: WireState | WireEvent): StateChange | null {
  if (!isEventType(state.type)) return null;
  return {
    type: state.type,
    payload: eventPayloads[state.type].parse(state.payload),
    aggregateType: state.aggregateType,
    aggregateId: state.aggregateId,
    version: BigInt(state.version),
    eventId: 'id' in state ? BigInt(state.id) : null,
    traceContext: 'traceContext' in state ? state.traceContext : null,
  } as StateChange;
}

function isEventType(type: string): type is EventType {
  return types.has(type);
}
