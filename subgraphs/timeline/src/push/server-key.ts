import { createECDH } from 'node:crypto';
import type { Secret } from '@murmuration/config';

/** A key pair by which push services know who sends (VAPID, RFC 8292); both halves in base64url. */
export interface ServerKey {
  id: string;
  publicKey: string;
  privateKey: string;
}

const privateBytes = 32;

/**
 * Keys of a setting: browsers are given the first; those who subscribed with another one are sent to by that, until it is
 * forgotten.
 * @throws Error without quoting any secret
 */
export function serverKeysOf(secrets: readonly [Secret, ...Secret[]]): [ServerKey, ...ServerKey[]] {
  const [first, ...others] = secrets;
  return [serverKeyOf(first), ...others.map(serverKeyOf)];
}

function serverKeyOf({ id, secret }: Secret): ServerKey {
  const pair = createECDH('prime256v1');
  try {
    pair.setPrivateKey(secret.subarray(0, privateBytes));
  } catch {
    throw new Error(`key "${id ?? ''}" is no private key of P-256`);
  }
  const publicKey = pair.getPublicKey('base64url');
  return { id: id ?? '', publicKey, privateKey: pair.getPrivateKey('base64url') };
}
