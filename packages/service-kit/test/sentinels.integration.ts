import { once } from 'node:events';
import { readConfig, redisAddressOf, redisSettings } from '@murmuration/config';
import { createRedisSentinels, type RedisSentinels } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLogger, createRedisCache, type RedisCache } from '../src/index.ts';

let servers: RedisSentinels;
let cache: RedisCache;
beforeAll(async () => {
  servers = await createRedisSentinels();
  const address = redisAddressOf(readConfig(redisSettings, servers.settings));
  cache = createRedisCache({ ...address, logger: createLogger('test', 'silent'), name: 'test' });
});
afterAll(async () => {
  cache.close();
  await servers.close();
});

const namespaceAfter = (before?: string) =>
  vi.waitUntil(
    () => {
      const now = cache.namespace();
      return now !== null && now !== before ? now : undefined;
    },
    { timeout: 60_000 },
  );

test('who is told of a fail-over while it looks for the primary goes on looking', async () => {
  await namespaceAfter();
  const heard: string[] = [];
  const subscriber = cache.subscriber({ enableOfflineQueue: true, maxRetriesPerRequest: null });
  subscriber.on('message', (_channel, message: string) => heard.push(message));
  try {
    await subscriber.subscribe('channel');
    // It is gone for a moment only, which looks now and then may miss.
    const lost = once(cache.client, 'close');
    for (const each of [cache.client, subscriber]) {
      // The Sentinels' word, as the library takes it: whatever connection there is, or is being made, is given up.
      each.once('connecting', () => each.disconnect(true));
      each.stream.destroy();
    }
    await lost;
    await namespaceAfter();
    await vi.waitUntil(
      async () => {
        await cache.client.publish('channel', 'still there').catch(() => undefined);
        return heard.includes('still there');
      },
      { timeout: 15_000 },
    );
  } finally {
    subscriber.disconnect();
  }
});

test('behind Sentinels the next primary is found, and is a cold cache', async () => {
  const heard: string[] = [];
  const subscriber = cache.subscriber({ enableOfflineQueue: true, maxRetriesPerRequest: null });
  subscriber.on('message', (_channel, message: string) => heard.push(message));
  try {
    await subscriber.subscribe('channel');
    const first = await namespaceAfter();
    await cache.client.set(`${first}key`, '1');

    await servers.switchOver();
    const second = await namespaceAfter(first);
    expect(await cache.client.get(`${second}key`)).toBeNull();
    expect(await cache.client.set(`${second}key`, '2')).toBe('OK');
    await vi.waitUntil(
      async () => {
        await cache.client.publish('channel', 'after a demotion').catch(() => undefined);
        return heard.includes('after a demotion');
      },
      { timeout: 60_000 },
    );

    await (await servers.primary()).kill();
    const third = await namespaceAfter(second);
    expect(await cache.client.get(`${third}key`)).toBeNull();
    await vi.waitUntil(
      async () => {
        await cache.client.publish('channel', 'after a death').catch(() => undefined);
        return heard.includes('after a death');
      },
      { timeout: 60_000 },
    );
  } finally {
    subscriber.disconnect();
  }
}, 240_000);
