import type { InternalKey } from '@murmuration/config';
import { createCursorSeal } from '@murmuration/service-kit/subgraph';

/** A place in the log, of one projection, for one viewer. */
export interface LivePlace {
  /** First eight digits of the projection's incarnation. */
  incarnation: string;
  seq: bigint;
  viewerId: bigint;
}

export interface LiveCursors {
  encode(place: LivePlace): string;
  /** The place behind a cursor, or null when it was not made here. Whose it is, is for the caller to compare. */
  decode(cursor: string): LivePlace | null;
}

const version = 'l1';
const pattern = /^l1\.([0-9a-f]{8})\.([0-9a-z]{1,13})\.([0-9a-z]{1,13})$/;

export function createLiveCursors(keys: readonly [InternalKey, ...InternalKey[]]): LiveCursors {
  const { open, seal } = createCursorSeal(keys);
  return {
    encode: ({ incarnation, seq, viewerId }) =>
      seal(`${version}.${incarnation}.${seq.toString(36)}.${viewerId.toString(36)}`),
    decode(cursor) {
      const parts = pattern.exec(open(cursor) ?? '');
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
