import type { InternalKey } from '@murmuration/config';
import { createCursorSeal } from '@murmuration/service-kit/subgraph';

/** A place in the log of what a stream tells, of one life of it, for one viewer. */
export interface LivePlace {
  /** First eight digits of the log's incarnation. */
  incarnation: string;
  seq: bigint;
  viewerId: bigint;
}

export interface LiveCursors {
  encode(place: LivePlace): string;
  /** The place behind a cursor, or null when it was not made here. Whose it is, is for the caller to compare. */
  decode(cursor: string): LivePlace | null;
}

/** Of the home timeline's log, and of notifications: a cursor of one is none of the other. */
const versions = { home: 'l1', notifications: 'n1' } as const;
const places = /^([0-9a-f]{8})\.([0-9a-z]{1,13})\.([0-9a-z]{1,13})$/;

export function createLiveCursors(
  keys: readonly [InternalKey, ...InternalKey[]],
  of: keyof typeof versions = 'home',
): LiveCursors {
  const { open, seal } = createCursorSeal(keys);
  const head = `${versions[of]}.`;
  return {
    encode: ({ incarnation, seq, viewerId }) =>
      seal(`${head}${incarnation}.${seq.toString(36)}.${viewerId.toString(36)}`),
    decode(cursor) {
      const text = open(cursor);
      const parts = text?.startsWith(head) ? places.exec(text.slice(head.length)) : null;
      if (!parts) return null;
      const [, incarnation = '', seq = '', viewer = ''] = parts;
      return { incarnation, seq: fromBase36(seq), viewerId: fromBase36(viewer) };
    },
  };
}

function fromBase36(text: string): bigint {
  let value = 0n;
  for (const character of text) value = value * 36n + BigInt(Number.parseInt(character, 36));
  return value;
}
