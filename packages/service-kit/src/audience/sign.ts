import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { audienceLimits, audienceType, type EventGrant } from './claims.ts';

export interface AudienceKey {
  readonly id: string;
  /** Ed25519. */
  readonly privateKey: KeyObject | CryptoKey;
}

/**
 * The token that goes with an event in `extensions.audience`.
 * @param event names the event, for logs
 */
export function signAudience(
  key: AudienceKey,
  issuer: string,
  event: string,
  { audience, author, entity }: EventGrant,
): Promise<string> {
  const expiresAtMs = Date.now() + audienceLimits.lifeMs;
  return new SignJWT({ entity, author, audience })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.id, typ: audienceType })
    .setIssuer(issuer)
    .setSubject(event)
    .setExpirationTime(Math.ceil(expiresAtMs / 1_000))
    .sign(key.privateKey);
}
