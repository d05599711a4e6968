import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** Public keys as a JWK set in JSON, or one key alone: what `/.well-known/jwks.json` of a registry answers. */
export function publicKeys() {
  return z.string().transform((text, context): JWTVerifyGetKey => {
    try {
      const json = JSON.parse(text) as JSONWebKeySet | JSONWebKeySet['keys'][number];
      const set =
        'keys' in json && Array.isArray(json.keys) ? (json as JSONWebKeySet) : { keys: [json as never] };
      if (set.keys.length === 0 || set.keys.some((key) => key.kty !== 'OKP' || 'd' in key)) throw new Error();
      return createLocalJWKSet(set);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a JWK set of public Ed25519 keys' });
      return z.NEVER;
    }
  });
}
