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

/** Of the home timeline's log, of notifications, and of lists: a cursor of one is none of the other. */
const versions = { home: 'l1', notifications: 'n1', list: 's1' } as const;
const places = /^([0-9a-f]{8})\.([0-9a-z]{1,13})\.([0-9a-z]{1,13})$/;

type Keys = readonly [InternalKey, ...InternalKey[]];

export function createLiveCursors(keys: Keys, of: 'home' | 'notifications' = 'home'): LiveCursors {
  return cursorsUnder(createCursorSeal(keys), `${versions[of]}.`);
}

/** Those of a list's streams: a cursor of one list is none of another. */
export function createListCursors(keys: Keys): (listId: bigint) => LiveCursors {
  const seal = createCursorSeal(keys);
  return (listId) => cursorsUnder(seal, `${versions.list}.${listId.toString(36)}.`);
}

function cursorsUnder({ open, seal }: ReturnType<typeof createCursorSeal>, head: string): LiveCursors {
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
