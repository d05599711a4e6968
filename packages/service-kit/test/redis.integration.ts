import { createRedisProcess, type RedisProcess } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
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
  const before = await vi.waitUntil(() => cache.namespace(), { timeout: 5_000 });
  await cache.client.set(`${before}key`, '1');
  server.hang();
  const errors = [];
  for (let i = 0; i < 20; i++)
    errors.push(await cache.client.get('key').catch((error: Error) => error.message));
  expect(errors.filter((message) => message === 'Command timed out').length).toBeLessThanOrEqual(2);
  expect(cache.namespace()).toBeNull();
  server.resume();
  expect(await vi.waitUntil(() => cache.namespace(), { timeout: 10_000 })).toBe(before);
  expect(await cache.client.get(`${before}key`)).toBe('1');
});

test('a Redis that was away is another namespace, and nothing queues meanwhile', async () => {
  const before = await vi.waitUntil(() => cache.namespace(), { timeout: 5_000 });
  await cache.client.set(`${before}key`, '1');
  await server.kill();
  await vi.waitUntil(() => cache.namespace() === null, { timeout: 5_000 });
  await expect(cache.client.get('key')).rejects.toThrow();
  await server.start();
  const after = await vi.waitUntil(() => cache.namespace(), { timeout: 10_000 });
  expect(after).not.toBe(before);
  expect(await cache.client.get(`${after}key`)).toBeNull();
});
