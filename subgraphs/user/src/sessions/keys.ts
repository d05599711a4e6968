import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { exportJWK, type JWK } from 'jose';
import { z } from 'zod';

/** An Ed25519 key that signs access tokens. */
export interface SigningKey {
  id: string;
  privateKey: KeyObject;
}

const jwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1).max(100),
  x: z.string(),
  d: z.string(),
});
const keySet = z.array(jwk).min(1);

/**
 * Parses `JWT_SIGNING_KEYS`, a JSON array of private Ed25519 JWKs, each with a `kid`. The first signs; all
 * are published, so a new key is first appended, later moved to the front, and the old one leaves a token's
 * life after that.
 * @throws Error without quoting any key
 */
export function parseSigningKeys(text: string): [SigningKey, ...SigningKey[]] {
  const found = keySet.safeParse(readJson(text));
  if (!found.success) throw new Error('expected a JSON array of private Ed25519 JWKs, each with a kid');
  const [first, ...others] = found.data.map((key): SigningKey => ({ id: key.kid, privateKey: read(key) }));
  if (!first) throw new Error('expected at least one key');
  const ids = new Set([first, ...others].map((key) => key.id));
  if (ids.size < others.length + 1) throw new Error('two keys have one kid');
  return [first, ...others];
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function read(key: z.infer<typeof jwk>): KeyObject {
  try {
    return createPrivateKey({ key, format: 'jwk' });
  } catch {
    throw new Error(`key "${key.kid}" is not usable`);
  }
}

/** The public halves, as `/.well-known/jwks.json` answers them. */
export async function publicKeySet(keys: readonly SigningKey[]): Promise<{ keys: JWK[] }> {
  const jwks = keys.map(async (key): Promise<JWK> => {
    const publicJwk = await exportJWK(createPublicKey(key.privateKey));
    return { ...publicJwk, kid: key.id, alg: 'EdDSA', use: 'sig' };
  });
  return { keys: await Promise.all(jwks) };
}
