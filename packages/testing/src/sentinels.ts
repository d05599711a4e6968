import path from 'node:path';
import {
  makeScratchFolder,
  type RedisServer,
  removeScratchFolder,
  startRedis,
  startSentinel,
} from '@murmuration/dev';
import { Redis } from 'ioredis';

export interface RedisSentinels {
  /** Settings of a process that uses them. */
  settings: Record<'REDIS_URL' | 'REDIS_SENTINELS' | 'REDIS_SENTINEL_NAME', string>;
  /** The server that the Sentinels take for the primary now. */
  primary(): Promise<RedisServer>;
  /** Lets the Sentinels make the other one primary, and this one its replica. */
  switchOver(): Promise<void>;
  close(): Promise<void>;
}

const name = 'murmuration';
const sentinelCount = 3;
const untilMs = 90_000;

/** A primary, its replica and three Sentinels: real servers of the caller's own. */
export async function createRedisSentinels(): Promise<RedisSentinels> {
  const folder = await makeScratchFolder();
  const start = (part: string) => startRedis({ stateFolder: path.join(folder, part) });
  const [one, two] = await Promise.all([start('one'), start('two')]);
  await ask(two.port, 'REPLICAOF', '127.0.0.1', String(one.port));
  const sentinels = await Promise.all(
    Array.from({ length: sentinelCount }, (_, index) =>
      startSentinel({
        stateFolder: path.join(folder, `sentinel-${index}`),
        primaryPort: one.port,
        name,
        quorum: 2,
      }),
    ),
  );
  const [first] = sentinels;
  const askFirst = (...words: string[]) => ask(first?.port ?? 0, 'SENTINEL', ...words);
  await until(async () => {
    const [others, replicas] = [await askFirst('SENTINELS', name), await askFirst('REPLICAS', name)];
    return (others as unknown[]).length === sentinelCount - 1 && (replicas as unknown[]).length === 1;
  });
  const primary = async () => {
    const [, port] = (await askFirst('GET-MASTER-ADDR-BY-NAME', name)) as [string, string];
    return Number(port) === one.port ? one : two;
  };
  return {
    settings: {
      REDIS_URL: one.url,
      REDIS_SENTINELS: sentinels.map(({ port }) => `127.0.0.1:${port}`).join(','),
      REDIS_SENTINEL_NAME: name,
    },
    primary,
    async switchOver() {
      const former = await primary();
      await until(() =>
        askFirst('FAILOVER', name).then(
          () => true,
          () => false,
        ),
      );
      // Not only another one is named: the former follows it.
      await until(async () => ((await ask(former.port, 'ROLE')) as string[])[3] === 'connected');
    },
    async close() {
      await Promise.all([...sentinels, one, two].map((each) => each.stop()));
      await removeScratchFolder(folder);
    },
  };
}

async function ask(port: number, command: string, ...words: string[]): Promise<unknown> {
  const client = new Redis(port, '127.0.0.1');
  try {
    return await client.call(command, ...words);
  } finally {
    client.disconnect();
  }
}

/** They find each other, and one another's replicas, by the second. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + untilMs;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs)
      throw new Error(`The Sentinels did not come to it within ${untilMs / 1_000} s.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
