import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Described } from './describe.ts';
import { latencyBoundsMs, usageLimits } from './limits.ts';

/** What one client did with one operation. */
interface Use {
  count: number;
  errors: number;
  readonly latency: number[];
}

/** One operation in the present window. It is described a moment after its first call, and holds its syntax tree no longer than that. */
interface Slot {
  described: Described | undefined;
  readonly uses: Map<string, Use>;
}

/** The part of a report that is counted; `performance.now()` says when. */
export interface Counted {
  readonly operations: Described[];
  readonly uses: {
    operation: string;
    client: { name: string; version?: string };
    count: number;
    errors: number;
    latency: number[];
  }[];
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
  /** Counts a call: two look-ups and some additions. */
  add(operation: Countable, documentOf: () => DocumentNode, call: Call): void;
  /** Takes what was counted since, and begins anew. */
  take(): Counted;
}

type Describe = (operation: OperationDefinitionNode, document: DocumentNode) => Described;

/**
 * Counts calls by operation and client. Describing an operation (printing and hashing it) happens once, after the request
 * that brought it: `later` runs it, one at a time.
 */
export function createWindow(describe: Describe, later: (work: () => void) => void): UsageWindow {
  const known = new WeakMap<Countable, Slot>();
  let slots = new Set<Slot>();
  let clients = new Set<string>();
  let pairs = 0;
  let characters = 0;
  let lost = 0;
  let waiting = 0;
  let startedAtMs = performance.now();

  function slotOf(operation: Countable, documentOf: () => DocumentNode): Slot | undefined {
    const found = known.get(operation);
    if (found) return found;
    if (waiting >= usageLimits.waiting) return undefined;
    const slot: Slot = { described: undefined, uses: new Map() };
    known.set(operation, slot);
    const { node } = operation;
    const document = documentOf();
    waiting++;
    later(() => {
      waiting--;
      slot.described = describe(node, document);
      characters += slot.described.document.length;
    });
    return slot;
  }

  function clientOf({ clientName, clientVersion }: Call): string {
    const key = `${(clientName || 'unknown').slice(0, usageLimits.clientLength)}\n${(clientVersion ?? '').slice(0, usageLimits.clientLength)}`;
    if (clients.has(key)) return key;
    if (clients.size >= usageLimits.clients) return 'other\n';
    clients.add(key);
    return key;
  }

  /** Whether the operation may be among those of this window. */
  function joins(slot: Slot): boolean {
    if (slots.has(slot)) return true;
    const { described } = slot;
    if (slots.size >= usageLimits.operations || (described && isTooLong(described))) return false;
    const length = described?.document.length ?? 0;
    if (characters + length > usageLimits.characters) return false;
    characters += length;
    slots.add(slot);
    return true;
  }

  return {
    add(operation, documentOf, call) {
      const slot = slotOf(operation, documentOf);
      if (!slot || !joins(slot)) {
        lost++;
        return;
      }
      const client = clientOf(call);
      let use = slot.uses.get(client);
      if (!use) {
        if (pairs >= usageLimits.uses) {
          lost++;
          return;
        }
        pairs++;
        use = { count: 0, errors: 0, latency: latencyBoundsMs.map(() => 0).concat(0) };
        slot.uses.set(client, use);
      }
      use.count++;
      if (call.isError) use.errors++;
      const bucket = bucketOf(call.durationMs);
      use.latency[bucket] = (use.latency[bucket] ?? 0) + 1;
    },
    take() {
      const operations = new Map<string, Described>();
      const uses: Counted['uses'] = [];
      const undescribed = new Set<Slot>();
      let told = 0;
      const hasRoomFor = createRoom(usageLimits.reportBytes);
      for (const slot of slots) {
        const { described } = slot;
        if (!described) {
          undescribed.add(slot);
          continue;
        }
        const { length } = described.document;
        const isTold =
          !isTooLong(described) && told + length <= usageLimits.characters && hasRoomFor(described);
        if (isTold) {
          told += length;
          operations.set(described.hash, described);
        }
        for (const [client, counted] of slot.uses) {
          const [name = '', version = ''] = client.split('\n');
          const use = {
            operation: described.hash,
            client: { name, ...(version && { version }) },
            ...counted,
          };
          if (isTold && hasRoomFor(use)) uses.push(use);
          else lost += counted.count;
        }
        slot.uses.clear();
      }
      const endedAtMs = performance.now();
      const taken = { operations: [...operations.values()], uses, lost, startedAtMs, endedAtMs };
      // What is about to be described is told with the next window.
      slots = undescribed;
      pairs = [...undescribed].reduce((sum, { uses: own }) => sum + own.size, 0);
      clients = new Set([...undescribed].flatMap(({ uses: own }) => [...own.keys()]));
      characters = 0;
      lost = 0;
      startedAtMs = endedAtMs;
      return taken;
    },
  };
}

function isTooLong({ document, name }: Described): boolean {
  return document.length > usageLimits.documentLength || name.length > usageLimits.nameLength;
}

/** Says of one part of a report after the other whether it still fits, as JSON with its comma. */
function createRoom(bytes: number): (part: object) => boolean {
  let left = bytes;
  return (part) => {
    const size = Buffer.byteLength(JSON.stringify(part)) + 1;
    if (size > left) return false;
    left -= size;
    return true;
  };
}

function bucketOf(durationMs: number): number {
  const at = latencyBoundsMs.findIndex((bound) => durationMs <= bound);
  return at === -1 ? latencyBoundsMs.length : at;
}
