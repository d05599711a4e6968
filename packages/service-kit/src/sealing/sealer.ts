import { randomBytes } from 'node:crypto';
import { decrypt, encrypt, type KeyProvider } from './key-provider.ts';

/** A value as it is stored: under a key of its own, which stands before it, wrapped by the provider's key `keyId`. */
export interface Sealed {
  keyId: string;
  box: Buffer;
}

/** Envelope encryption of single values (AES-256-GCM). */
export interface Sealer {
  /** The key that seals from now on: what is sealed by another one should be wrapped anew. */
  readonly currentId: string;
  /** @param about what it is and whose: opened only for the same */
  seal(plain: Buffer, about: string): Promise<Sealed>;
  /** @throws Error when it was changed, is about something else, or its key is not known */
  open(sealed: Sealed, about: string): Promise<Buffer>;
  /** Wraps the value's own key by the current one; the value itself stays as it is. */
  rewrap(sealed: Sealed): Promise<Sealed>;
}

const version = 1;
const headBytes = 3;

export function createSealer(keys: KeyProvider): Sealer {
  const boxOf = (wrapped: Buffer, text: Buffer) => {
    const head = Buffer.alloc(headBytes);
    head.writeUInt8(version);
    head.writeUInt16BE(wrapped.length, 1);
    return Buffer.concat([head, wrapped, text]);
  };
  return {
    currentId: keys.currentId,
    async seal(plain, about) {
      const dataKey = randomBytes(32);
      const text = encrypt(dataKey, plain, Buffer.from(about));
      return { keyId: keys.currentId, box: boxOf(await keys.wrap(dataKey), text) };
    },
    async open({ box, keyId }, about) {
      const { text, wrapped } = partsOf(box);
      return decrypt(await keys.unwrap(keyId, wrapped), text, Buffer.from(about));
    },
    async rewrap({ box, keyId }) {
      const { text, wrapped } = partsOf(box);
      const dataKey = await keys.unwrap(keyId, wrapped);
      return { keyId: keys.currentId, box: boxOf(await keys.wrap(dataKey), text) };
    },
  };
}

/** As one value, for a column of its own: one byte that says how long the key's id is, the id, and the box. */
export function packSealed({ box, keyId }: Sealed): Uint8Array<ArrayBuffer> {
  const id = Buffer.from(keyId);
  return new Uint8Array(Buffer.concat([Buffer.of(id.length), id, box]));
}

/** @throws Error for what was not packed */
export function unpackSealed(packed: Uint8Array): Sealed {
  const bytes = Buffer.from(packed);
  const end = 1 + (bytes[0] ?? bytes.length);
  if (bytes.length < end) throw new Error('this is not a sealed value');
  return { keyId: bytes.toString('utf8', 1, end), box: bytes.subarray(end) };
}

function partsOf(box: Buffer): { wrapped: Buffer; text: Buffer } {
  if (box.length < headBytes || box.readUInt8() !== version) throw new Error('this is not a sealed value');
  const end = headBytes + box.readUInt16BE(1);
  return { wrapped: box.subarray(headBytes, end), text: box.subarray(end) };
}
