import { createRelationLeases, createRelationships, relationBits } from '@murmuration/relationships';
import { createLogger, createRedisCache, type RedisCache } from '@murmuration/service-kit';
import { createTestRedis, type TestRedis } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createAuthorSights } from '../src/live/author-sights.ts';

const [author, viewer, other] = [1n, 2n, 3n];
let server: TestRedis;
let redis: RedisCache;
let truth: number = relationBits.viewerFollows;
let asked = 0;

beforeAll(async () => {
  server = await createTestRedis();
  redis = createRedisCache({ url: server.url, logger: createLogger('test', 'silent'), name: 'test' });
  await vi.waitUntil(() => redis.namespace() !== null, { timeout: 15_000 });
});
afterAll(async () => {
  redis.close();
  await server.close();
});

const call = async <Answer>() => {
  asked++;
  return { relations: [truth] } as Answer;
};

test('relations are held while the author has one generation, and read anew once it moved', async () => {
  const leases = createRelationLeases(redis);
  const sights = createAuthorSights({ redis, relationships: createRelationships({ redis, user: { call } }) });
  await leases.open(author);
  expect([...(await sights.read(author, [viewer, other])).values()]).toEqual([truth, truth]);
  expect(asked).toBe(2);
  await sights.read(author, [viewer, other]);
  expect(asked).toBe(2);

  truth = relationBits.blocksViewer;
  await leases.revoke([author, viewer]);
  await leases.open(author);
  expect((await sights.read(author, [viewer])).get(viewer)).toBe(relationBits.blocksViewer);
  expect(asked).toBe(3);
});

test('without a generation nothing is held', async () => {
  const sights = createAuthorSights({ redis, relationships: createRelationships({ redis, user: { call } }) });
  asked = 0;
  await sights.read(9n, [viewer]);
  await sights.read(9n, [viewer]);
  expect(asked).toBe(2);
});
