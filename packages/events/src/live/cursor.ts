import type { InternalKey } from '@murmuration/config';
import { createCursorSeal } from '@murmuration/service-kit/subgraph';
import { decodePosition, encodePosition, type FeedPosition } from '../feed/cursor.ts';

/** A place in an outbox, for one stream of one viewer. */
export interface StreamPlace {
  position: FeedPosition;
  /** 0 for an anonymous reader. */
  viewerId: bigint;
  /** What the stream is about: a cursor of another one means another past. */
  subject: string;
}

export interface StreamCursors {
  /** @param place its subject of letters, digits, `:` and `-`, at most 64 of them */
  encode(place: StreamPlace): string;
  /** The place behind a cursor, or null when it was not made here. Whose it is, is for the caller to compare. */
  decode(cursor: string): StreamPlace | null;
}

const version = 'o1';
const pattern = /^o1\.([\w-]{1,120})\.(\d{1,19})\.([\w:-]{1,64})$/;

export function createStreamCursors(keys: readonly [InternalKey, ...InternalKey[]]): StreamCursors {
  const { open, seal } = createCursorSeal(keys);
  return {
    encode: ({ position, subject, viewerId }) =>
      seal(`${version}.${encodePosition(position)}.${viewerId}.${subject}`),
    decode(cursor) {
      const [, at = '', viewer = '', subject = ''] = pattern.exec(open(cursor) ?? '') ?? [];
      const position = decodePosition(at);
      return position && { position, viewerId: BigInt(viewer), subject };
    },
  };
}
