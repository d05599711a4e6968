import { errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { downstreamError } from '../errors/codes.ts';
import { createKeySet, KeysUnavailable } from '../key-set.ts';
import type { Logger } from '../observe/logger.ts';
import { Counter, metrics } from '../observe/metrics.ts';
import { audienceLimits, audienceType, type EventGrant } from './claims.ts';

const refusals = new Counter({
  name: 'event_audience_refusals_total',
  help: 'Audience tokens of events that were not believed; the events are then read as each viewer',
  registers: [metrics],
});

export interface AudienceVerifier {
  /**
   * What a token grants; null for one that is not good.
   * @throws GraphQLError `DOWNSTREAM_ERROR` while its issuer has given no keys
   */
  verify(token: string): Promise<EventGrant | null>;
  stop(): void;
}

/** Verifies the audience tokens of one subgraph's events by its published keys, each token once. */
export function createAudienceVerifier(options: {
  /** The subgraph that signs. */
  issuer: string;
  /** Of its key set. */
  url: string;
  logger: Logger;
  timeoutMs?: number;
}): AudienceVerifier {
  const { issuer, logger, timeoutMs, url } = options;
  const keys = createKeySet({ url, logger, ...(timeoutMs !== undefined && { timeoutMs }) });
  const known = new LRUCache<string, Promise<EventGrant | null>>({
    max: audienceLimits.remembered,
    ttl: audienceLimits.lifeMs,
  });

  async function read(token: string): Promise<EventGrant | null> {
    try {
      const { payload } = await jwtVerify(token, keys.keyFor, {
        issuer,
        typ: audienceType,
        algorithms: ['EdDSA'],
        requiredClaims: ['exp'],
        clockTolerance: audienceLimits.clockSkewMs / 1_000,
      });
      return grantOf(payload);
    } catch (error) {
      if (error instanceof KeysUnavailable) throw downstreamError(issuer, error);
      if (!(error instanceof errors.JOSEError)) throw error;
      logger.warn({ err: error }, 'an audience token was not believed');
      refusals.inc();
      return null;
    }
  }

  return {
    verify(token) {
      const before = known.get(token);
      if (before) return before;
      const grant = read(token);
      known.set(token, grant);
      // A key that was not known yet may be in a moment.
      grant.then(
        (found) => found ?? known.delete(token),
        () => known.delete(token),
      );
      return grant;
    },
    stop: keys.stop,
  };
}

function grantOf({ audience, author, entity }: JWTPayload): EventGrant | null {
  if (typeof entity !== 'string' || typeof author !== 'string') return null;
  return audience === 'everyone' || audience === 'followers' ? { entity, author, audience } : null;
}
