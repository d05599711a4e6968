import { hash, timingSafeEqual } from 'node:crypto';
import type { InternalKey } from '@murmuration/config';

const macCharacters = 22;
const mostCharacters = 256;

/** Cursors of live streams that nobody can make or change: a forged one would read another person's past. */
export interface CursorSeal {
  /** @param text without line ends, at most some 160 Latin characters; its first part should name its version */
  seal(text: string): string;
  /** The text behind a cursor, or null when it was not sealed here. */
  open(cursor: string): string | null;
}

/** The first key seals, all of them open, so that they can be replaced one after the other. */
export function createCursorSeal(keys: readonly [InternalKey, ...InternalKey[]]): CursorSeal {
  return {
    seal: (text) => Buffer.from(`${text}.${macOf(keys[0], text)}`).toString('base64url'),
    open(cursor) {
      const sealed =
        cursor.length <= mostCharacters ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
      const [, text = '', mac = ''] = /^(.+)\.([\w-]{22})$/.exec(sealed) ?? [];
      if (mac.length !== macCharacters) return null;
      const given = Buffer.from(mac);
      const isOurs = keys.some((key) => timingSafeEqual(Buffer.from(macOf(key, text)), given));
      return isOurs ? text : null;
    },
  };
}

interface Pads {
  inner: Buffer;
  outer: Buffer;
}

const padsOf = new WeakMap<InternalKey, Pads>();

/**
 * 128 bits of an HMAC-SHA256, of a key that signs nothing else. By two hashes over the padded key: every event of
 * every stream has a cursor, and an `Hmac` object for each took a seventh of a busy process.
 */
function macOf(key: InternalKey, text: string): string {
  let pads = padsOf.get(key);
  if (!pads) padsOf.set(key, (pads = padsFor(key)));
  const inner = hash('sha256', Buffer.concat([pads.inner, Buffer.from(text)]), 'buffer');
  return hash('sha256', Buffer.concat([pads.outer, inner]), 'base64url').slice(0, macCharacters);
}

function padsFor({ secret }: InternalKey): Pads {
  const block = Buffer.alloc(64);
  (secret.length > block.length ? hash('sha256', secret, 'buffer') : secret).copy(block);
  const purpose = Buffer.from('live-cursor:');
  return {
    inner: Buffer.concat([block.map((byte) => byte ^ 0x36), purpose]),
    outer: Buffer.from(block.map((byte) => byte ^ 0x5c)),
  };
}
