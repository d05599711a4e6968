import { makeScratchFolder, removeScratchFolder, startRedis } from '@murmuration/dev';
import { Redis } from 'ioredis';
import { servers } from './servers.ts';

/** For connections of tests in which Redis is well: a machine that stands still for a second is no Redis that hangs. */
export const redisPatience = { commandMs: 5_000 } as const;

export interface TestRedis {
  url: string;
  client: Redis;
  close: () => Promise<void>;
}

export interface RedisProcess {
  url: string;
  /** Ends the server as a crash would. */
  kill: () => Promise<void>;
  /** Starts it again on the same port, empty. */
  start: () => Promise<void>;
  /** Lets it hang, connected and without answers, until it is resumed. */
  hang: () => void;
  resume: () => void;
  /** Ends it for good and removes its files. */
  close: () => Promise<void>;
}

/** An empty logical database of the worker's Redis. No `FLUSHALL` here: it belongs to `createRedisProcess`. */
export async function createTestRedis(): Promise<TestRedis> {
  const server = servers().redisUrl;
  const counter = new Redis(server);
  const database = await counter.incr('murmuration:test-databases');
  counter.disconnect();
  const url = `${server}/${database}`;
  const client = new Redis(url);
  return {
    url,
    client,
    close: async () => {
      await client.flushdb();
      client.disconnect();
    },
  };
}

/** A Redis of the caller's own, to be killed and started again in tests of failure. */
export async function createRedisProcess(): Promise<RedisProcess> {
  const stateFolder = await makeScratchFolder();
  const { url, kill, start, hang, resume } = await startRedis({ stateFolder });
  const close = () => {
    resume();
    return removeScratchFolder(stateFolder);
  };
  return { url, kill, start, hang, resume, close };
}
