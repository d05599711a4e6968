import { mostDigits, writeNumber, writeNumbers } from './digits.ts';
import { latencyBoundsMs, usageLimits } from './limits.ts';

const buckets = latencyBoundsMs.length + 1;
/** Errors, then calls by bucket. */
const width = 1 + buckets;
const [comma, open, close] = [44, 91, 93];

/** What each client did with each operation, a row of numbers each. */
export interface Counts {
  /** A row of zeros, or undefined when there are as many as there may be. */
  open(): number | undefined;
  add(row: number, durationMs: number, isError: boolean): void;
  callsOf(row: number): number;
  /**
   * Writes what the contract has of a client: `[place,calls,errors,[calls by bucket]]` without the zeros at the end.
   * @returns the place in `into` behind it, at most {@link rowBytes} further
   */
  write(row: number, client: number, into: Uint8Array, at: number): number;
  clear(): void;
}

export const rowBytes = (width + 2) * (mostDigits + 1) + 4;

/** In one piece of memory, which every window uses again: counting makes no garbage, and finds its numbers where they were. */
export function createCounts(): Counts {
  const cells = new Uint32Array(width * usageLimits.uses);
  let size = 0;

  function callsOf(row: number): number {
    let calls = 0;
    for (let at = row * width + 1; at < (row + 1) * width; at++) calls += cells[at] ?? 0;
    return calls;
  }

  return {
    open: () => (size < usageLimits.uses ? size++ : undefined),
    add(row, durationMs, isError) {
      const at = row * width;
      const bucket = at + 1 + bucketOf(durationMs);
      cells[bucket] = (cells[bucket] ?? 0) + 1;
      if (isError) cells[at] = (cells[at] ?? 0) + 1;
    },
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
    clear() {
      cells.fill(0, 0, size * width);
      size = 0;
    },
  };
}

function bucketOf(durationMs: number): number {
  let at = 0;
  while (at < latencyBoundsMs.length && durationMs > (latencyBoundsMs[at] ?? 0)) at++;
  return at;
}
