import { createHmac, timingSafeEqual } from 'node:crypto';
import type { InternalKey } from '@murmuration/config';
import { keyObjectOf } from '@murmuration/service-kit';

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

/** Cursors that nobody can make or change: a forged one would read another person's past. */
export function createLiveCursors(keys: readonly [InternalKey, ...InternalKey[]]): LiveCursors {
  return {
    encode({ incarnation, seq, viewerId }) {
      const body = `${version}.${incarnation}.${seq.toString(36)}.${viewerId.toString(36)}`;
      return Buffer.from(`${body}.${macOf(keys[0], body)}`).toString('base64url');
    },
    decode(cursor) {
      const text = cursor.length <= 256 ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
      const parts = /^(l1\.([0-9a-f]{8})\.([0-9a-z]{1,13})\.([0-9a-z]{1,13}))\.([\w-]{22})$/.exec(text);
      if (!parts) return null;
      const [, body = '', incarnation = '', seq = '', viewer = '', mac = ''] = parts;
      const given = Buffer.from(mac);
      const isOurs = keys.some((key) => timingSafeEqual(Buffer.from(macOf(key, body)), given));
      return isOurs ? { incarnation, seq: fromBase36(seq), viewerId: fromBase36(viewer) } : null;
    },
  };
}

/** 128 bits, of a key that signs nothing else. */
function macOf(key: InternalKey, body: string): string {
  return createHmac('sha256', keyObjectOf(key))
    .update(`live-cursor:${body}`)
    .digest('base64url')
    .slice(0, 22);
}

function fromBase36(text: string): bigint {
  let value = 0n;
  for (const character of text) value = value * 36n + BigInt(Number.parseInt(character, 36));
  return value;
}
