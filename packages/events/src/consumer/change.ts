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

/** Where changes come from, which decides how they are applied. */
export type ChangeSource =
  /** Each change counts only over a lower version, for the feed's order is not the order of one row. */
  | { kind: 'feed' }
  /**
   * The whole truth about the keys after `after` up to `through` (null: from the first, to the last). Store
   * every state whatever version is held, and remove what is held in that range and not among them: a
   * restored database has fewer rows and lower versions.
   */
  | { kind: 'snapshot'; aggregate: string; after: string | null; through: string | null }
  /** One aggregate read anew after a poison event; counts only over a lower version. */
  | { kind: 'refetch' };

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
