import { mostDigits, writeNumber, writeNumbers } from './digits.ts';
import { latencyBoundsMs, usageLimits } from './limits.ts';

const buckets = latencyBoundsMs.length + 1;
/** Errors, then calls by bucket. */
const width = 1 + buckets;
const [comma, open, close] = [44, 91, 93];

/** Of one report; what is beyond the limit has a place of its own. */
export const clientPlaces = usageLimits.clients + 1;

/** What each client did with each operation, by the places of both: a row of numbers for each pair. */
export interface Counts {
  /** Whether there was room for it. */
  add(operation: number, client: number, durationMs: number, isError: boolean): boolean;
  /** The pair's row, from 1; 0 when it has none. */
  rowOf(operation: number, client: number): number;
  callsOf(row: number): number;
  /**
   * Writes what the contract has of a client: `[place,calls,errors,[calls by bucket]]` without the zeros at the end.
   * @returns the place in `into` behind it, at most {@link rowBytes} further
   */
  write(row: number, client: number, into: Uint8Array, at: number): number;
  /** Begins anew; `operations` is how many places had one. */
  clear(operations: number): void;
}

export const rowBytes = (width + 2) * (mostDigits + 1) + 4;

/** In two pieces of memory, which every window uses again: counting makes no garbage, and finds its numbers where they were. */
export function createCounts(): Counts {
  const rows = new Uint16Array(usageLimits.operations * clientPlaces);
  // Row 0 is nobody's.
  const cells = new Uint32Array(width * (usageLimits.uses + 1));
  let size = 0;

  function callsOf(row: number): number {
    let calls = 0;
    for (let at = row * width + 1; at < (row + 1) * width; at++) calls += cells[at] ?? 0;
    return calls;
  }

  return {
    add(operation, client, durationMs, isError) {
      const pair = operation * clientPlaces + client;
      let row = rows[pair] ?? 0;
      if (row === 0) {
        if (size >= usageLimits.uses) return false;
        row = ++size;
        rows[pair] = row;
      }
      const at = row * width;
      const bucket = at + 1 + bucketOf(durationMs);
      cells[bucket] = (cells[bucket] ?? 0) + 1;
      if (isError) cells[at] = (cells[at] ?? 0) + 1;
      return true;
    },
    rowOf: (operation, client) => rows[operation * clientPlaces + client] ?? 0,
    callsOf,
    write(row, client, into, at) {
      const first = row * width + 1;
      let last = first + buckets - 1;
      while (last > first && cells[last] === 0) last--;
      let end = at;
      into[end++] = open;
      end = writeNumber(into, end, client);
      into[end++] = comma;
      end = writeNumber(into, end, callsOf(row));
      into[end++] = comma;
      end = writeNumber(into, end, cells[first - 1] ?? 0);
      into[end++] = comma;
      into[end++] = open;
      end = writeNumbers(into, end, cells, first, last + 1);
      into[end++] = close;
      into[end++] = close;
      return end;
    },
    clear(operations) {
      rows.fill(0, 0, operations * clientPlaces);
      cells.fill(0, 0, (size + 1) * width);
      size = 0;
    },
  };
}

const slowest = latencyBoundsMs.at(-1) ?? 0;
/** The bucket of each whole millisecond; all bounds are whole. */
const bucketOfMs = Uint8Array.from({ length: slowest + 1 }, (_, ms) =>
  latencyBoundsMs.findIndex((boundMs) => ms <= boundMs),
);

function bucketOf(durationMs: number): number {
  return durationMs > slowest ? buckets - 1 : (bucketOfMs[Math.ceil(durationMs)] ?? 0);
}
