import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { exportJWK, type JWK } from 'jose';

/** An Ed25519 key that signs access tokens. */
export interface SigningKey {
  id: string;
  privateKey: KeyObject;
}

/**
 * Parses `id:base64[,id:base64…]`, each an Ed25519 private key as PKCS #8 in DER. The first key signs; all
 * are published, so that a new key is added in front and the old one leaves a token's life later.
 * @throws Error without quoting any key
 */
export function parseSigningKeys(text: string): [SigningKey, ...SigningKey[]] {
  const [first, ...others] = text.split(',').map((part) => parseKey(part.trim()));
  if (!first) throw new Error('expected at least one key');
  const ids = new Set([first, ...others].map((key) => key.id));
  if (ids.size < others.length + 1) throw new Error('two keys have one id');
  return [first, ...others];
}

function parseKey(text: string): SigningKey {
  const [id, der, ...rest] = text.split(':');
  if (!id || !der || rest.length > 0 || !/^[A-Za-z0-9_-]{1,32}$/.test(id)) {
    throw new Error('expected id:base64[,id:base64…]');
  }
  const privateKey = readPrivateKey(id, Buffer.from(der, 'base64'));
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`key "${id}" is not an Ed25519 key`);
  return { id, privateKey };
}

function readPrivateKey(id: string, key: Buffer): KeyObject {
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } catch {
    throw new Error(`key "${id}" is not PKCS #8 in DER`);
  }
}

/** The public halves, as `/.well-known/jwks.json` answers them. */
export async function publicKeySet(keys: readonly SigningKey[]): Promise<{ keys: JWK[] }> {
  const jwks = keys.map(async (key): Promise<JWK> => {
    const jwk = await exportJWK(createPublicKey(key.privateKey));
    return { ...jwk, kid: key.id, alg: 'EdDSA', use: 'sig' };
  });
  return { keys: await Promise.all(jwks) };
}
