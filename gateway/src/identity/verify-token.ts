import type { Identity } from '@murmuration/service-kit';
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';

export const tokenLimits = {
  /** Verified tokens kept; a verification costs 0.3 ms, a look-up nothing. */
  cachedTokens: 20_000,
  /** No token of ours is near this; longer ones are refused unread. */
  longestToken: 4_096,
} as const;

export type Viewer = Extract<Identity, { kind: 'viewer' }>;

/** Why a token was not accepted: for logs, metrics and the message. */
export type TokenProblem = 'malformed' | 'expired' | 'forged';

export type VerifiedToken =
  | { status: 'verified'; viewer: Viewer; expiresAtMs: number }
  | { status: 'refused'; because: TokenProblem };

export type TokenVerifier = (token: string) => Promise<VerifiedToken>;

/**
 * Verifies access tokens: EdDSA only, the expected issuer and audience, `sub` and `exp` required. A good
 * token is remembered until it expires; refusals are not, or garbage would push good tokens out.
 */
export function createTokenVerifier(options: {
  keyFor: JWTVerifyGetKey;
  issuer: string;
  audience: string;
}): TokenVerifier {
  const { keyFor, issuer, audience } = options;
  const cache = new LRUCache<string, VerifiedToken & { status: 'verified' }>({
    max: tokenLimits.cachedTokens,
  });

  async function verify(token: string): Promise<VerifiedToken> {
    const { payload } = await jwtVerify(token, keyFor, {
      issuer,
      audience,
      algorithms: ['EdDSA', 'Ed25519'],
      requiredClaims: ['sub', 'exp'],
    });
    const { sub: subject = '', sid: session = '', exp = 0 } = payload;
    if (typeof session !== 'string') return { status: 'refused', because: 'malformed' };
    const verified = {
      status: 'verified',
      viewer: { kind: 'viewer', subject, session },
      expiresAtMs: exp * 1_000,
    } as const;
    const ttl = verified.expiresAtMs - Date.now();
    if (ttl > 0) cache.set(token, verified, { ttl });
    return verified;
  }

  return async (token) => {
    const known = cache.get(token);
    if (known && known.expiresAtMs > Date.now()) return known;
    if (token.length > tokenLimits.longestToken) return { status: 'refused', because: 'malformed' };
    try {
      return await verify(token);
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      return { status: 'refused', because: problemOf(error) };
    }
  };
}

function problemOf(error: errors.JOSEError): TokenProblem {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
  return 'forged';
}
