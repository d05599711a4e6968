import { createLogger, createRedisCache, type RedisCache } from '@murmuration/service-kit';
import { createTestRedis, type TestRedis } from '@murmuration/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createHomeCache, type HomeCache } from '../src/home-cache/cache.ts';
import { bucketOf, readerKeys } from '../src/home-cache/keys.ts';
import { highest, type Range } from '../src/belonging/range.ts';
import { timelineLimits } from '../src/limits.ts';
import { openBuild } from './support/open-build.ts';

const limits = { ...timelineLimits, cachedEntries: 40, cacheSlack: 8 };
const everything: Range = { low: 0n, high: highest, order: 'newest' };
/** Neighbours beyond what a double can tell apart, of two lengths in decimal text. */
const base = 9_999_999_999_999_990n;

let server: TestRedis;
let redis: RedisCache;
let cache: HomeCache;
let reader = 0n;

beforeAll(async () => {
  server = await createTestRedis();
  redis = createRedisCache({ url: server.url, logger: createLogger('test', 'silent'), name: 'test' });
  cache = createHomeCache(redis, limits);
  await vi.waitUntil(() => redis.namespace() !== null, { timeout: 15_000 });
});
afterAll(async () => {
  redis.close();
  await server.close();
});

async function warm(ids: readonly bigint[], head = 0n): Promise<void> {
  reader++;
  const token = await openBuild(cache, reader);
  expect(await cache.store(reader, token, { epoch: 'e', head, ids })).toBe(true);
}

const push = (entryId: bigint, seq = 1n) =>
  cache.push(redis.namespace() ?? '', bucketOf(reader), [{ readers: String(reader), entryId, seq }]);
const descending = (ids: Iterable<bigint>) => [...new Set(ids)].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
const readAll = async () => (await cache.read(reader, everything, 1_000))?.ids ?? null;

test('pushes in any order, however late, some of them twice, end at the exact list', async () => {
  const delays = fc.array(fc.nat(60), { minLength: 1, maxLength: 150, size: 'max' });
  const arrivals = delays.map((late) => late.map((delay, index) => index - delay + 60));
  await fc.assert(
    fc.asyncProperty(arrivals, fc.nat(20), async (offsets, stored) => {
      const already = descending(Array.from({ length: stored }, (_, index) => base + BigInt(index * 3)));
      await warm(already);
      for (const offset of offsets) await push(base + BigInt(offset));
      const part = await cache.read(reader, everything, 1_000);
      const all = descending([...already, ...offsets.map((offset) => base + BigInt(offset))]);
      expect(part?.ids).toEqual(all.filter((id) => id >= (part?.floor ?? 0n)));
      expect(part?.ids.length).toBeGreaterThanOrEqual(Math.min(all.length, limits.cachedEntries));
    }),
    { numRuns: 150 },
  );
});

test('pushes nearly in order keep the list, trimmed to its length', async () => {
  await warm([]);
  const ids = Array.from({ length: 300 }, (_, index) => base + BigInt(index));
  for (let index = 0; index < ids.length; index += 3) {
    const [a = 0n, b = 0n, c = 0n] = ids.slice(index, index + 3);
    for (const id of [b, a, c, b]) await push(id);
  }
  const list = await readAll();
  expect(list).toEqual(descending(ids).slice(0, list?.length));
  expect(list?.length).toBeGreaterThanOrEqual(limits.cachedEntries);
  expect(list?.length).toBeLessThanOrEqual(limits.cachedEntries + limits.cacheSlack);
});

test('what the selection of the rebuild saw is not pushed again', async () => {
  await warm([base + 1n], 7n);
  await push(base + 9n, 7n);
  expect(await readAll()).toEqual([base + 1n]);
  await push(base + 9n, 8n);
  expect(await readAll()).toEqual([base + 9n, base + 1n]);
});

test('a list without its header, or of another length than it says, is no list', async () => {
  await warm([base + 2n, base + 1n]);
  const keys = readerKeys(redis.namespace() ?? '', reader);
  await redis.client.del(keys.list);
  expect(await readAll()).toBeNull();
  expect(await redis.client.exists(keys.header)).toBe(0);

  await warm([base + 2n, base + 1n]);
  await redis.client.del(readerKeys(redis.namespace() ?? '', reader).header);
  await push(base + 3n);
  expect(await readAll()).toBeNull();
});

test('a page of the list is what a page of the ids is, both ways', async () => {
  const ids = Array.from({ length: 30 }, (_, index) => base + BigInt(2 * index));
  await warm(descending(ids));
  const place = fc.bigInt({ min: base - 3n, max: base + 63n });
  await fc.assert(
    fc.asyncProperty(
      place,
      place,
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      async (a, b, count, isNewest) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const within = descending(ids).filter((id) => id > low && id < high);
        const expected = (isNewest ? within : within.reverse()).slice(0, count);
        const range: Range = { low, high, order: isNewest ? 'newest' : 'oldest' };
        expect((await cache.read(reader, range, count))?.ids).toEqual(expected);
      },
    ),
  );
});
