import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { createClients } from './clients.ts';
import { createCounts } from './counts.ts';
import type { Described } from './describe.ts';
import type { Later } from './later.ts';
import { usageLimits } from './limits.ts';
import { createWriter, isTooLong, type Written } from './write.ts';

/** One operation. It is described a moment after its first call, and holds its syntax tree no longer than that. */
interface Slot {
  described: Described | undefined;
  /** The last window that it was called in … */
  window: number;
  /** … and its place among the operations of that window. */
  place: number;
}

/** The part of a report that is counted; `performance.now()` says when. */
export interface Counted extends Written {
  readonly lost: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

export interface Call {
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
  readonly isError: boolean;
  readonly durationMs: number;
}

/** What an operation is known by while it is counted; the key is held weakly. */
export interface Countable {
  readonly node: OperationDefinitionNode;
}

export interface UsageWindow {
  /** Counts a call: four look-ups and an addition or two. */
  add(operation: Countable, document: DocumentNode, call: Call): void;
  /** Takes what was counted since, and begins anew. */
  take(): Counted;
}

type Describe = (operation: OperationDefinitionNode, document: DocumentNode) => Described;

/**
 * Counts calls by operation and client. Describing an operation (printing and hashing it) happens once, after the request
 * that brought it: `later` runs it, one at a time.
 */
export function createWindow(describe: Describe, later: Later): UsageWindow {
  const known = new WeakMap<Countable, Slot>();
  const counts = createCounts();
  let window = 1;
  let slots: Slot[] = [];
  let clients = createClients();
  let characters = 0;
  let lost = 0;
  let waiting = 0;
  let startedAtMs = performance.now();

  function slotOf(operation: Countable, document: DocumentNode): Slot | undefined {
    const found = known.get(operation);
    if (found) return found;
    if (waiting >= usageLimits.waiting) return undefined;
    const slot: Slot = { described: undefined, window: 0, place: 0 };
    known.set(operation, slot);
    const { node } = operation;
    waiting++;
    later.run(() => {
      waiting--;
      slot.described = describe(node, document);
      characters += slot.described.document.length;
    });
    return slot;
  }

  /** Whether the operation may be among those of this window. */
  function joins(slot: Slot): boolean {
    if (slot.window === window) return true;
    const { described } = slot;
    if (slots.length >= usageLimits.operations || (described && isTooLong(described))) return false;
    const length = described?.document.length ?? 0;
    if (characters + length > usageLimits.characters) return false;
    characters += length;
    slot.window = window;
    slot.place = slots.push(slot) - 1;
    return true;
  }

  return {
    add(operation, document, { clientName, clientVersion, durationMs, isError }) {
      const slot = slotOf(operation, document);
      const isCounted =
        slot !== undefined &&
        joins(slot) &&
        counts.add(slot.place, clients.placeOf(clientName, clientVersion), durationMs, isError);
      if (!isCounted) lost++;
    },
    take() {
      later.finish();
      const writer = createWriter(clients.written());
      for (const { described, place } of slots) if (described) lost += writer.write(described, place, counts);
      const endedAtMs = performance.now();
      const taken = { ...writer.written(), lost, startedAtMs, endedAtMs };
      counts.clear(slots.length);
      window++;
      slots = [];
      clients = createClients();
      characters = 0;
      lost = 0;
      startedAtMs = endedAtMs;
      return taken;
    },
  };
}
