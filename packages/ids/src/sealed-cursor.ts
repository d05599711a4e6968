import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { type CursorCodec, cursorCodec } from './cursor.ts';

export interface SealedCursorCodec extends CursorCodec {
  /** Like `encode`, for a key that must not be read from the cursor, such as the id of something hidden. */
  seal(key: bigint): string;
}

/** Secrets of any origin; the first seals, all of them open, so that they can be replaced one after the other. */
export type SealingKeys = readonly [{ secret: Buffer }, ...{ secret: Buffer }[]];

/** First byte of a sealed cursor; an open one begins with a letter. */
const marker = 1;
const ivBytes = 12;
const keyBytes = 8;
const tagBytes = 16;
const sealedBytes = 1 + ivBytes + keyBytes + tagBytes;

interface Seal {
  encryption: Buffer;
  iv: Buffer;
}

/**
 * A {@link cursorCodec} that can also hide its key: AES-256-GCM under keys derived from the given ones. Equal keys give
 * equal cursors, so that clients may compare them (the IV is a MAC of the key). `decode` takes both kinds.
 * @param kind names the order the cursors belong to; one of another kind is refused
 */
export function sealedCursorCodec(kind: string, keys: SealingKeys, version = 1): SealedCursorCodec {
  const open = cursorCodec(kind, version);
  const context = Buffer.from(`${kind}.${version}`);
  const [first, ...others] = keys.map(({ secret }) => deriveSeal(secret));
  const seals = [first as Seal, ...others];

  function unseal(sealed: Buffer): bigint | null {
    for (const seal of seals) {
      const decipher = createDecipheriv('aes-256-gcm', seal.encryption, sealed.subarray(1, 1 + ivBytes));
      decipher.setAAD(context);
      decipher.setAuthTag(sealed.subarray(-tagBytes));
      try {
        const plain = decipher.update(sealed.subarray(1 + ivBytes, -tagBytes));
        decipher.final();
        return plain.readBigUInt64BE();
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
      const plain = Buffer.alloc(keyBytes);
      plain.writeBigUInt64BE(key);
      const iv = createHmac('sha256', seal.iv).update(context).update(plain).digest().subarray(0, ivBytes);
      const cipher = createCipheriv('aes-256-gcm', seal.encryption, iv);
      cipher.setAAD(context);
      const hidden = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(marker), iv, hidden, cipher.getAuthTag()]).toString('base64url');
    },
    decode(argument, cursor) {
      const bytes = cursor.length <= 64 ? Buffer.from(cursor, 'base64url') : Buffer.of();
      const key = bytes.length === sealedBytes && bytes[0] === marker ? unseal(bytes) : null;
      return key ?? open.decode(argument, cursor);
    },
  };
}

/** A codec that seals exactly the keys of which it cannot be shown that they exist. */
export function sealingWhere(codec: SealedCursorCodec, isHidden: (key: bigint) => boolean): CursorCodec {
  return { ...codec, encode: (key) => (isHidden(key) ? codec.seal(key) : codec.encode(key)) };
}

function deriveSeal(secret: Buffer): Seal {
  const derived = Buffer.from(hkdfSync('sha256', secret, '', 'murmuration cursor', 64));
  return { encryption: derived.subarray(0, 32), iv: derived.subarray(32) };
}
