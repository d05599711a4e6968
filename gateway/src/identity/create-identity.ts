import { createInternalClient, type Lifecycle, type Logger, type RedisCache } from '@murmuration/service-kit';
import type { GatewayConfig } from '../config.ts';
import { type Authenticate, createAuthenticate } from './authenticate.ts';
import { createDenyList, type DenyList } from './deny-list.ts';
import { createKeySet } from '@murmuration/service-kit/key-set';
import { createTokenVerifier } from './verify-token.ts';
import { watchRevocations } from './watch-revocations.ts';

/** Everything that turns an `Authorization` value into an identity, started and registered to be stopped. */
export async function startIdentity(
  config: GatewayConfig,
  logger: Logger,
  lifecycle: Lifecycle,
  redis: RedisCache | undefined,
): Promise<{ authenticate: Authenticate; denyList: DenyList }> {
  const denyList = createDenyList();
  const { JWKS_URL: url, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = config;
  if (!url) return { authenticate: createAuthenticate({ verify: undefined, denyList }), denyList };

  const keySet = createKeySet({ url, logger, timeoutMs: config.INTERNAL_TIMEOUT_MS });
  lifecycle.onStop('key set', () => keySet.stop());
  const client =
    config.USER_URL && config.INTERNAL_KEYS
      ? createInternalClient({
          self: 'gateway',
          service: 'user',
          url: config.USER_URL,
          keys: config.INTERNAL_KEYS,
          connections: 1,
          timeoutMs: config.INTERNAL_TIMEOUT_MS,
        })
      : undefined;
  if (client) lifecycle.onStop('revocation client', () => client.close());
  const watch = watchRevocations({ denyList, issuer: client, redis, logger });
  lifecycle.onStop('revocations', () => watch.stop());
  await Promise.all([keySet.refresh(), watch.ready]);
  const verify = createTokenVerifier({
    keyFor: keySet.keyFor,
    keysVersion: keySet.version,
    maxAgeMs: config.JWT_MAX_AGE_SECONDS === 0 ? undefined : config.JWT_MAX_AGE_SECONDS * 1_000,
    requiresType: config.JWT_TYPE_REQUIRED,
    issuer,
    audience,
  });
  return { authenticate: createAuthenticate({ verify, denyList }), denyList };
}
