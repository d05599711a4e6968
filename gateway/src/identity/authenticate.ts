import { anonymous, downstreamError, errorCodes, type Identity } from '@murmuration/service-kit';
import type { GraphQLError } from 'graphql';
import { refusal as refused } from '../operation/refusal.ts';
import type { DenyList } from './deny-list.ts';
import type { TokenVerifier } from './verify-token.ts';

/** Who a request or a socket is for, and until when that holds; null for an anonymous caller. */
export interface Caller {
  identity: Identity;
  expiresAtMs: number | null;
}

/** @throws GraphQLError `UNAUTHENTICATED` (401) for a token that is not good; no token is an anonymous caller */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

export const anonymousCaller: Caller = { identity: anonymous, expiresAtMs: null };

/** Turns an `Authorization` value into an identity. Without a verifier no token is good. */
export function createAuthenticate(options: {
  verify: TokenVerifier | undefined;
  denyList: DenyList;
}): Authenticate {
  const { verify, denyList } = options;
  return async (authorization) => {
    if (!authorization) return anonymousCaller;
    const token = /^Bearer ([^\s]+)$/i.exec(authorization)?.[1];
    if (!token) throw refusal('The Authorization header must read "Bearer <access token>".');
    if (!verify) throw refusal('This graph takes no access tokens.');
    const verified = await verify(token).catch((error: unknown) => {
      throw unavailable(error);
    });
    if (verified.status === 'refused') {
      throw refusal(
        verified.because === 'expired' ? 'The access token has expired.' : 'The access token is not valid.',
      );
    }
    if (denyList.has(verified.viewer.session)) throw refusal('This session has ended.');
    return { identity: verified.viewer, expiresAtMs: verified.expiresAtMs };
  };
}

/** The issuer's keys are not known: the caller may well be right, and should try again. */
function unavailable(cause: unknown): GraphQLError {
  const error = downstreamError('sign-in', cause);
  const http = { status: 503, headers: new Map([['retry-after', '1']]) };
  return Object.assign(error, { extensions: { ...error.extensions, http } });
}

function refusal(message: string): GraphQLError {
  return refused(message, errorCodes.unauthenticated, 401, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
}
