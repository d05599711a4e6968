import { setting } from './setting.ts';

export interface HostAndPort {
  host: string;
  port: number;
}

/** Where Redis is: at the URL, or wherever Sentinels say that the primary is. */
export interface RedisAddress {
  /** Its user, password, database and whether TLS is spoken hold behind Sentinels too. */
  url: string;
  sentinels?: { hosts: HostAndPort[]; name: string; password: string | undefined } | undefined;
}

/** The settings beside `REDIS_URL`, for Redis behind Sentinels. */
export const redisSentinelSettings = {
  /** `host:port,…`; the others are found through any that answers. */
  REDIS_SENTINELS: setting.hosts(),
  REDIS_SENTINEL_NAME: setting.text('mymaster'),
  REDIS_SENTINEL_PASSWORD: setting.text().optional(),
};

export const redisSettings = { REDIS_URL: setting.redisUrl(), ...redisSentinelSettings };

/** The address that these settings give. */
export function redisAddressOf(config: {
  REDIS_URL: string;
  REDIS_SENTINELS: HostAndPort[];
  REDIS_SENTINEL_NAME: string;
  REDIS_SENTINEL_PASSWORD?: string | undefined;
}): RedisAddress {
  const { REDIS_SENTINELS: hosts, REDIS_SENTINEL_NAME: name, REDIS_SENTINEL_PASSWORD: password } = config;
  return { url: config.REDIS_URL, ...(hosts.length > 0 && { sentinels: { hosts, name, password } }) };
}
