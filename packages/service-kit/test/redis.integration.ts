import { createRedisProcess, type RedisProcess } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Redis } from 'ioredis';
import { createLogger, createRedisCache, type RedisCache } from '../src/index.ts';

let server: RedisProcess;
let cache: RedisCache;
beforeAll(async () => {
  server = await createRedisProcess();
  cache = createRedisCache({ url: server.url, logger: createLogger('test', 'silent'), name: 'test' });
});
afterAll(async () => {
  cache.close();
  await server.close();
});

test('a Redis that hangs is left after one time limit, and is the same when it answers again', async () => {
  const before = await vi.waitUntil(() => cache.namespace(), { timeout: 15_000 });
  await cache.client.set(`${before}key`, '1');
  server.hang();
  const errors = [];
  for (let i = 0; i < 20; i++)
    errors.push(await cache.client.get('key').catch((error: Error) => error.message));
  expect(errors.filter((message) => message === 'Command timed out').length).toBeLessThanOrEqual(2);
  expect(cache.namespace()).toBeNull();
  server.resume();
  expect(await vi.waitUntil(() => cache.namespace(), { timeout: 15_000 })).toBe(before);
  expect(await cache.client.get(`${before}key`)).toBe('1');
});

test('a Redis that was away is another namespace, and nothing queues meanwhile', async () => {
  const before = await vi.waitUntil(() => cache.namespace(), { timeout: 15_000 });
  await cache.client.set(`${before}key`, '1');
  await server.kill();
  await vi.waitUntil(() => cache.namespace() === null, { timeout: 15_000 });
  await expect(cache.client.get('key')).rejects.toThrow();
  await server.start();
  const after = await vi.waitUntil(() => cache.namespace(), { timeout: 15_000 });
  expect(after).not.toBe(before);
  expect(await cache.client.get(`${after}key`)).toBeNull();
});

test('a primary that is demoted in place is left, by the subscriber too, and a cold cache when it is promoted again', async () => {
  const before = await vi.waitUntil(() => cache.namespace(), { timeout: 15_000 });
  const primary = await createRedisProcess();
  const admin = new Redis(server.url);
  const subscriber = cache.subscriber({ enableOfflineQueue: true });
  try {
    await subscriber.subscribe('channel');
    let partings = 0;
    subscriber.on('close', () => partings++);
    await admin.call('REPLICAOF', '127.0.0.1', new URL(primary.url).port);
    // A write tells it at once.
    await vi.waitUntil(
      async () => {
        await cache.client.set('key', '1').catch(() => undefined);
        return cache.namespace() === null && partings > 0;
      },
      { timeout: 15_000 },
    );
    await admin.call('REPLICAOF', 'NO', 'ONE');
    const after = await vi.waitUntil(() => cache.namespace(), { timeout: 15_000 });
    expect(after).not.toBe(before);
    // And where nothing is written, a look does.
    await admin.call('REPLICAOF', '127.0.0.1', new URL(primary.url).port);
    await vi.waitUntil(() => cache.namespace() === null, { timeout: 15_000 });
    await admin.call('REPLICAOF', 'NO', 'ONE');
    await vi.waitUntil(() => cache.namespace(), { timeout: 15_000 });
  } finally {
    subscriber.disconnect();
    admin.disconnect();
    await primary.close();
  }
});

test('its owner’s closing is not told as a Redis that is away', async () => {
  const lines: string[] = [];
  const logger = createLogger('test', 'info', { write: (line) => lines.push(line) });
  const mine = createRedisCache({ url: server.url, logger, name: 'closing' });
  await vi.waitUntil(() => mine.namespace(), { timeout: 15_000 });
  const closed = new Promise((resolve) => mine.client.once('end', resolve));
  mine.close();
  await closed;
  expect(mine.namespace()).toBeNull();
  expect(lines).toEqual([]);
});

test('another database of the same server is another namespace', async () => {
  const url = new URL(server.url);
  url.pathname = '/1';
  const other = createRedisCache({ url: url.href, logger: createLogger('test', 'silent'), name: 'other' });
  const [here, there] = await vi.waitUntil(
    () => {
      const both = [cache.namespace(), other.namespace()];
      return both.every((each) => each !== null) && both;
    },
    { timeout: 15_000 },
  );
  other.close();
  expect(there).not.toBe(here);
});
