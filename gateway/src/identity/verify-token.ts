import type { Identity } from '@murmuration/service-kit';
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { keySetLimits } from '@murmuration/service-kit/key-set';

export const tokenLimits = {
  /** Verified tokens kept; a verification costs 0.3 ms, a look-up nothing. */
  cachedTokens: 20_000,
  /** A verified token is verified again after this: its key may have been withdrawn. As long as the key set is kept. */
  keptMs: keySetLimits.refreshMs,
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

/** What an access token calls itself (RFC 9068); no other token of the same issuer does, so none can stand for one. */
const accessTokenType = 'at+jwt';
/** What those of issuers call themselves that do not say more. */
const anyToken = new Set([undefined, 'jwt', accessTokenType]);

/**
 * Verifies access tokens: EdDSA only, the expected issuer and audience, `sub` and `exp` required. A good
 * token is remembered until it expires, for five minutes at most, and no longer than the keys of its time; refusals are not, or
 * garbage would push good tokens out. With `maxAgeMs` an `iat` is required too: whoever has stolen a key cannot make a
 * token for ten years. A token that calls itself something else than an access token (`typ`) is refused; `requiresType` refuses
 * one that does not say.
 */
export function createTokenVerifier(options: {
  keyFor: JWTVerifyGetKey;
  issuer: string;
  audience: string;
  /** How old a token may be; undefined is as old as its `exp` lets it be. */
  maxAgeMs?: number | undefined;
  /** Default false. */
  requiresType?: boolean;
  /** Changes when a key is added or withdrawn: what was verified before is verified anew. */
  keysVersion?: () => number;
}): TokenVerifier {
  const { keyFor, issuer, audience, keysVersion = () => 0, maxAgeMs, requiresType = false } = options;
  let version = keysVersion();
  const cache = new LRUCache<string, VerifiedToken & { status: 'verified' }>({
    max: tokenLimits.cachedTokens,
  });

  async function verify(token: string): Promise<VerifiedToken> {
    const before = keysVersion();
    const { payload, protectedHeader } = await jwtVerify(token, keyFor, {
      issuer,
      audience,
      algorithms: ['EdDSA', 'Ed25519'],
      requiredClaims: ['sub', 'exp'],
      ...(maxAgeMs === undefined ? {} : { maxTokenAge: Math.ceil(maxAgeMs / 1_000) }),
    });
    const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
    if (requiresType ? type !== accessTokenType : !anyToken.has(type)) {
      return { status: 'refused', because: 'malformed' };
    }
    const { sub: subject = '', sid: session = '', exp = 0 } = payload;
    if (typeof session !== 'string') return { status: 'refused', because: 'malformed' };
    const scopes = scopesOf(payload['scope']);
    if (scopes === null) return { status: 'refused', because: 'malformed' };
    const verified = {
      status: 'verified',
      viewer: { kind: 'viewer', subject, session, ...(scopes.length > 0 && { scopes }) },
      expiresAtMs: exp * 1_000,
    } as const;
    const ttl = Math.min(verified.expiresAtMs - Date.now(), tokenLimits.keptMs);
    if (ttl > 0 && before === keysVersion()) cache.set(token, verified, { ttl });
    return verified;
  }

  return async (token) => {
    if (version !== keysVersion()) {
      version = keysVersion();
      cache.clear();
    }
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

/** `scope` of RFC 9068: words with a space between; null for what is none. */
function scopesOf(claim: unknown): string[] | null {
  if (claim === undefined) return [];
  return typeof claim === 'string' ? claim.split(' ').filter(Boolean) : null;
}

function problemOf(error: errors.JOSEError): TokenProblem {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
  return 'forged';
}
