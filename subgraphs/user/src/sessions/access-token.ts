import { encodeId, type SessionId, type UserId } from '@murmuration/ids';
import { SignJWT } from 'jose';
import { type Role, scopesOf } from '../moderation/policy.ts';
import type { SigningKey } from './keys.ts';

/** `iss` and `aud` of every access token. */
export const tokenParty = 'murmuration';
export const accessTokenLifeMs = 10 * 60_000;

export interface AccessToken {
  accessToken: string;
  accessTokenExpiresAt: Date;
}

/** A short-lived proof of identity that gateways verify without asking anybody. */
export async function issueAccessToken(
  key: SigningKey,
  claims: { accountId: UserId; sessionId: SessionId; role: Role },
): Promise<AccessToken> {
  const seconds = Math.floor(Date.now() / 1_000);
  const expiresAt = seconds + accessTokenLifeMs / 1_000;
  const scope = scopesOf[claims.role].join(' ');
  const sid = encodeId('Session', claims.sessionId);
  const accessToken = await new SignJWT({ sid, ...(scope && { scope }) })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.id, typ: 'at+jwt' })
    .setSubject(encodeId('User', claims.accountId))
    .setIssuer(tokenParty)
    .setAudience(tokenParty)
    .setIssuedAt(seconds)
    .setExpirationTime(expiresAt)
    .sign(key.privateKey);
  return { accessToken, accessTokenExpiresAt: new Date(expiresAt * 1_000) };
}
