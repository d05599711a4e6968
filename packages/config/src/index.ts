export { ConfigError, readConfig } from './read.ts';
export { setting } from './setting.ts';
export { madeAt } from './made-at.ts';
export { parseSecretList, type Secret } from './secret-list.ts';
export { type InternalKey, parseInternalKeys } from './internal-keys.ts';
export {
  type HostAndPort,
  type RedisAddress,
  redisAddressOf,
  redisSentinelSettings,
  redisSettings,
} from './redis.ts';
