import type { RedisAddress } from '@murmuration/config';
import { Redis, type RedisOptions as AllOptions } from 'ioredis';

/** By default the form of its answers is the one that the types of a `Redis` promise. */
type RedisOptions = Omit<AllOptions, 'protocol' | 'replyMapping'>;

export const redisLimits = {
  connectMs: 1_000,
  commandMs: 500,
  reconnectMs: { first: 50, longest: 1_000 },
  /** How often a connection looks whether it still leads to the same primary. */
  lookMs: 1_000,
} as const;

/** What Redis answers to writes where it is not, or not any more, the primary. */
export function isNotPrimary({ message }: Error): boolean {
  return /READONLY|MASTERDOWN/.test(message);
}

const backOff = (attempt: number) =>
  Math.min(redisLimits.reconnectMs.first * attempt, redisLimits.reconnectMs.longest);

/** A connection to the primary; behind Sentinels each reconnection asks them where it is now. */
export function openRedis(address: RedisAddress, name: string, options: RedisOptions): Redis {
  const common: RedisOptions = {
    ...options,
    connectionName: name,
    connectTimeout: redisLimits.connectMs,
    retryStrategy: backOff,
  };
  return address.sentinels
    ? new Redis({ ...common, ...behindSentinels(address.url, address.sentinels) })
    : new Redis(address.url, common);
}

function behindSentinels(text: string, sentinels: NonNullable<RedisAddress['sentinels']>): RedisOptions {
  const url = new URL(text);
  const db = Number(url.pathname.slice(1));
  return {
    sentinels: sentinels.hosts,
    name: sentinels.name,
    // Those that see a fail-over say so: a primary that only lost its network would else be believed on.
    failoverDetector: true,
    sentinelRetryStrategy: backOff,
    sentinelReconnectStrategy: backOff,
    sentinelCommandTimeout: redisLimits.connectMs,
    ...(sentinels.password && { sentinelPassword: sentinels.password }),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(db > 0 && { db }),
    ...(url.protocol === 'rediss:' && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
  };
}
