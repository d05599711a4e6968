export { createTestDatabase, type TestDatabase } from './postgres.ts';
export { createRedisProcess, createTestRedis, type RedisProcess, type TestRedis } from './redis.ts';
