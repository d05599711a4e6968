import { createHmac, hkdfSync } from 'node:crypto';
import type { Secret } from '@murmuration/config';

/** What a value is found by, under one key. */
export interface Digest {
  keyId: string;
  /** 32 bytes; equal for equal values, and nobody without the key can tell of which. */
  digest: Uint8Array<ArrayBuffer>;
}

/**
 * Finds what is sealed: a digest (HMAC-SHA-256) of the value stands beside it. A value is written with the digest of the
 * first key and looked for by those of all, so keys rotate without downtime.
 */
export interface BlindIndex {
  /** The key whose digest is written from now on. */
  readonly currentId: string;
  /** All that are known, the current one first. */
  readonly keyIds: readonly string[];
  /** One for each key, the current one's first. */
  digestsOf(value: string): [Digest, ...Digest[]];
}

/** @param purpose keeps apart what is indexed by the same secrets */
export function createBlindIndex(secrets: readonly [Secret, ...Secret[]], purpose: string): BlindIndex {
  const keyOf = ({ id, secret }: Secret) => ({
    keyId: id ?? '',
    key: Buffer.from(hkdfSync('sha256', secret, '', `murmuration index of ${purpose}`, 32)),
  });
  const [first, ...others] = secrets;
  const [current, older] = [keyOf(first), others.map(keyOf)];
  const digest = ({ key, keyId }: typeof current, value: string): Digest => ({
    keyId,
    digest: new Uint8Array(createHmac('sha256', key).update(value).digest()),
  });
  return {
    currentId: current.keyId,
    keyIds: [current, ...older].map(({ keyId }) => keyId),
    digestsOf: (value) => [digest(current, value), ...older.map((key) => digest(key, value))],
  };
}
