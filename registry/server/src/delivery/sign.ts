import { createPrivateKey, createPublicKey, hash, type KeyObject } from 'node:crypto';
import { CompactSign } from 'jose';

/** What supergraphs are signed with. */
export interface SigningKey {
  kid: string;
  key: KeyObject;
  /** For whoever verifies, as JWK. */
  publicJwk: Record<string, unknown>;
}

/**
 * Parses an Ed25519 private key as JWK, with its `kid`.
 * @throws Error without quoting the key
 */
export function parseSigningKey(text: string): SigningKey {
  let key: KeyObject | undefined;
  let kid: unknown;
  try {
    const jwk = JSON.parse(text) as Record<string, unknown>;
    kid = jwk['kid'];
    key = createPrivateKey({ key: jwk as never, format: 'jwk' });
  } catch {
    key = undefined;
  }
  if (key?.asymmetricKeyType !== 'ed25519' || typeof kid !== 'string' || kid === '')
    throw new Error('must be an Ed25519 private key as JWK with a kid');
  const publicJwk = createPublicKey(key).export({ format: 'jwk' }) as Record<string, unknown>;
  return { kid, key, publicJwk: { ...publicJwk, kid, alg: 'EdDSA', use: 'sig' } };
}

/** What a signature says: this text is that version of that graph, of a contract of it, or of what it trusts. */
export interface SignedClaims {
  graph: string;
  version: number;
  contract?: string | undefined;
  /** Of the text, hexadecimal. */
  sha256: string;
}

/** A compact JWS of that type over the claims; the text itself is not in it. */
export function sign(
  { key, kid }: SigningKey,
  typ: 'supergraph+jws' | 'trusted-documents+jws',
  claims: SignedClaims,
): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'EdDSA', kid, typ })
    .sign(key);
}

export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
