import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from '@murmuration/config';

/**
 * Wraps the keys of single values. Here by keys of the environment; a key management service is another one: what it
 * wraps with never leaves it.
 */
export interface KeyProvider {
  /** The id of the key that wraps from now on. */
  readonly currentId: string;
  wrap(dataKey: Buffer): Promise<Buffer>;
  /** @throws Error for a key that is not known, or a wrapping that it did not make */
  unwrap(keyId: string, wrapped: Buffer): Promise<Buffer>;
}

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** Keys of a setting: the first wraps, all unwrap, so they rotate without downtime. */
export function createEnvironmentKeys(secrets: readonly [Secret, ...Secret[]]): KeyProvider {
  const keys = new Map(secrets.map(({ id, secret }) => [id ?? '', keyOf(secret)]));
  const currentId = secrets[0].id ?? '';
  const keyBy = (id: string): Buffer => {
    const key = keys.get(id);
    if (!key) throw new Error(`no key "${id}" is known`);
    return key;
  };
  return {
    currentId,
    wrap: async (dataKey) => encrypt(keyBy(currentId), dataKey, Buffer.from(currentId)),
    unwrap: async (keyId, wrapped) => decrypt(keyBy(keyId), wrapped, Buffer.from(keyId)),
  };
}

function keyOf(secret: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'murmuration data keys', 32));
}

/** `iv | tag | ciphertext`; `about` is bound and not in it. */
export function encrypt(key: Buffer, plain: Buffer, about: Buffer): Buffer {
  const iv = randomBytes(ivBytes);
  const sealing = createCipheriv(cipher, key, iv).setAAD(about);
  const text = Buffer.concat([sealing.update(plain), sealing.final()]);
  return Buffer.concat([iv, sealing.getAuthTag(), text]);
}

/** @throws Error when it was made with another key, about something else, or was changed */
export function decrypt(key: Buffer, box: Buffer, about: Buffer): Buffer {
  const [iv, tag] = [box.subarray(0, ivBytes), box.subarray(ivBytes, ivBytes + tagBytes)];
  const opening = createDecipheriv(cipher, key, iv, { authTagLength: tagBytes })
    .setAAD(about)
    .setAuthTag(tag);
  return Buffer.concat([opening.update(box.subarray(ivBytes + tagBytes)), opening.final()]);
}
