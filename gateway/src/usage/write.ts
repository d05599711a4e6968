import { type Counts, rowBytes } from './counts.ts';
import type { Described } from './describe.ts';
import { usageLimits } from './limits.ts';

/** What a report tells, in the form of the contract: written once, however often it is sent. */
export interface Written {
  /** Each operation of the uses. */
  readonly operations: readonly Described[];
  /** As JSON; calls name a client by its place. */
  readonly clients: readonly string[];
  /** What was done with each operation: JSON, the inside of a list. */
  readonly uses: Buffer;
  /** Calls that it tells. */
  readonly calls: number;
}

export interface Writer {
  /**
   * @param place - the operation's, in the counts
   * @returns how many of the calls have no room
   */
  write(operation: Described, place: number, counts: Counts): number;
  written(): Written;
}

const firstBytes = 64 * 1024;
const comma = 44;
const [begin, middle, end] = ['{"operation":"', '","calls":[', ']}'];

/** Writes uses within what a report may have, as if every operation had to be told with its text. */
export function createWriter(clients: readonly string[]): Writer {
  const operations = new Map<string, Described>();
  let uses = Buffer.allocUnsafe(firstBytes);
  let length = 0;
  let calls = 0;
  let characters: number = usageLimits.characters;
  let left = clients.reduce(
    (bytes, client) => bytes - Buffer.byteLength(client) - 1,
    usageLimits.reportBytes as number,
  );

  function hasRoomFor(bytes: number): boolean {
    // With its comma.
    if (bytes + 1 > left) return false;
    left -= bytes + 1;
    return true;
  }

  function takes(operation: Described): boolean {
    if (operations.has(operation.hash)) return true;
    if (isTooLong(operation) || operation.document.length > characters || !hasRoomFor(operation.bytes))
      return false;
    characters -= operation.document.length;
    operations.set(operation.hash, operation);
    return true;
  }

  function makeRoom(bytes: number): void {
    if (length + bytes <= uses.length) return;
    const larger = Buffer.allocUnsafe(2 * uses.length + bytes);
    uses.copy(larger, 0, 0, length);
    uses = larger;
  }

  function text(ascii: string): void {
    makeRoom(ascii.length);
    length += uses.write(ascii, length, 'latin1');
  }

  /** Whether there was room for it. */
  function writeRow(row: number, client: number, counts: Counts, isFirst: boolean): boolean {
    makeRoom(rowBytes);
    const from = isFirst ? length : length + 1;
    const to = counts.write(row, client, uses, from);
    if (!hasRoomFor(to - from)) return false;
    if (!isFirst) uses[length] = comma;
    length = to;
    return true;
  }

  return {
    write(operation, place, counts) {
      const before = length;
      const { hash } = operation;
      const isTaken = takes(operation) && hasRoomFor(begin.length + hash.length + middle.length + end.length);
      if (isTaken) text(`${before === 0 ? '' : ','}${begin}${hash}${middle}`);
      const empty = length;
      let lost = 0;
      for (let client = 0; client < clients.length; client++) {
        const row = counts.rowOf(place, client);
        if (row === 0) continue;
        if (isTaken && writeRow(row, client, counts, length === empty)) calls += counts.callsOf(row);
        else lost += counts.callsOf(row);
      }
      if (length === empty) length = before;
      else text(end);
      return lost;
    },
    written: () => ({ operations: [...operations.values()], clients, uses: uses.subarray(0, length), calls }),
  };
}

export function isTooLong({ document, name }: Described): boolean {
  return document.length > usageLimits.documentLength || name.length > usageLimits.nameLength;
}
