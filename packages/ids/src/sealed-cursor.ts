import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { type CursorCodec, cursorCodec, cursorLimits } from './cursor.ts';
import { byId, type KeyFormat } from './key-format.ts';

export interface SealedCursorCodec<Key = bigint> extends CursorCodec<Key> {
  /** Like `encode`, for a key that must not be read from the cursor, such as the id of something hidden. */
  seal(key: Key): string;
}

/** Secrets of any origin; the first seals, all of them open, so that they can be replaced one after the other. */
export type SealingKeys = readonly [{ secret: Buffer }, ...{ secret: Buffer }[]];

/** First byte of a sealed cursor; an open one begins with a letter. */
const marker = 1;
const ivBytes = 12;
const partBytes = 8;
const tagBytes = 16;

interface Seal {
  encryption: Buffer;
  iv: Buffer;
}

/**
 * A {@link cursorCodec} that can also hide its key: AES-256-GCM under keys derived from the given ones. Equal keys give
 * equal cursors, so that clients may compare them (the IV is a MAC of the key). `decode` takes both kinds.
 * @param kind names the order the cursors belong to; one of another kind is refused
 * @param format of the list's keys; ids when left out
 */
export function sealedCursorCodec(kind: string, keys: SealingKeys, version?: number): SealedCursorCodec;
export function sealedCursorCodec<Key>(
  kind: string,
  keys: SealingKeys,
  version: number,
  format: KeyFormat<Key>,
): SealedCursorCodec<Key>;
export function sealedCursorCodec(
  kind: string,
  keys: SealingKeys,
  version = 1,
  format: KeyFormat<unknown> = byId as KeyFormat<unknown>,
): SealedCursorCodec<unknown> {
  const open = cursorCodec(kind, version, format);
  const sealedBytes = 1 + ivBytes + partBytes * format.parts + tagBytes;
  const context = Buffer.from(`${kind}.${version}`);
  const [first, ...others] = keys.map(({ secret }) => deriveSeal(secret));
  const seals = [first as Seal, ...others];

  function unseal(sealed: Buffer): { key: unknown } | null {
    for (const seal of seals) {
      const decipher = createDecipheriv('aes-256-gcm', seal.encryption, sealed.subarray(1, 1 + ivBytes));
      decipher.setAAD(context);
      decipher.setAuthTag(sealed.subarray(-tagBytes));
      try {
        const plain = decipher.update(sealed.subarray(1 + ivBytes, -tagBytes));
        decipher.final();
        const parts = Array.from({ length: format.parts }, (_, index) =>
          plain.readBigUInt64BE(index * partBytes),
        );
        return { key: format.join(parts) };
      } catch {
        // Another key's, or nobody's.
      }
    }
    return null;
  }

  return {
    encode: open.encode,
    seal(key) {
      const [seal] = seals as [Seal];
      const plain = Buffer.alloc(partBytes * format.parts);
      format.split(key).forEach((part, index) => plain.writeBigUInt64BE(part, index * partBytes));
      const iv = createHmac('sha256', seal.iv).update(context).update(plain).digest().subarray(0, ivBytes);
      const cipher = createCipheriv('aes-256-gcm', seal.encryption, iv);
      cipher.setAAD(context);
      const hidden = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(marker), iv, hidden, cipher.getAuthTag()]).toString('base64url');
    },
    decode(argument, cursor) {
      const bytes = cursor.length <= cursorLimits.characters ? Buffer.from(cursor, 'base64url') : Buffer.of();
      const found = bytes.length === sealedBytes && bytes[0] === marker ? unseal(bytes) : null;
      return found ? found.key : open.decode(argument, cursor);
    },
  };
}

/** A codec that seals exactly the keys of which it cannot be shown that they exist. */
export function sealingWhere<Key>(
  codec: SealedCursorCodec<Key>,
  isHidden: (key: Key) => boolean,
): CursorCodec<Key> {
  return { ...codec, encode: (key) => (isHidden(key) ? codec.seal(key) : codec.encode(key)) };
}

function deriveSeal(secret: Buffer): Seal {
  const derived = Buffer.from(hkdfSync('sha256', secret, '', 'murmuration cursor', 64));
  return { encryption: derived.subarray(0, 32), iv: derived.subarray(32) };
}
