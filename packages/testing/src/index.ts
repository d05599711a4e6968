export { bareEnvironment, type CommandResult, runCommand } from './command.ts';
export { createGate, type Gate } from './gate.ts';
export { type Servers, servers } from './servers.ts';
export { createTestDatabase, type TestDatabase } from './postgres.ts';
export {
  createRedisProcess,
  createTestRedis,
  type RedisProcess,
  redisPatience,
  type TestRedis,
} from './redis.ts';
export { createRedisSentinels, type RedisSentinels } from './sentinels.ts';
export { castPassword, type Member, signUpCast } from './cast.ts';
export {
  createGraphClient,
  type GraphAnswer,
  type GraphAnswerError,
  type GraphClient,
} from './graph-client.ts';
export { whileHeld } from './held.ts';
export { tablesScannedBy } from './plans.ts';
export { unzip } from './unzip.ts';
export { untilLetIn } from './turned-away.ts';
export { tablesIn, type Traces, tracesInDatabase, tracesInRedis } from './traces.ts';
export { type Listening, listenTo } from './listen.ts';
