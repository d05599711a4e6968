export { advice as observeAdvice, observe } from './observe/observe.ts';
export { freePort, isPortFree } from './provision/ports.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './provision/postgres.ts';
export { type RedisOptions, type RedisServer, startRedis } from './provision/redis.ts';
export { makeScratchFolder, removeScratchFolder } from './provision/scratch.ts';
export { type Stack, type StackOptions, startStack } from './stack/stack.ts';
export { waitForExit } from './provision/pid-file.ts';
export { isAlive } from './provision/process-identity.ts';
