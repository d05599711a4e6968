import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import {
  type AuthorSights,
  createAuthorSights,
  createRelationLeases,
  type RelationLeases,
  relationBits,
  relationKey,
  type ViewerRelationsRequest,
  viewerRelationsPath,
} from '@murmuration/relationships';
import {
  createInternalClient,
  createLogger,
  createRedisCache,
  type InternalClient,
  type RedisCache,
} from '@murmuration/service-kit';
import { createTestRedis, type TestRedis } from '@murmuration/testing';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

const [author, viewer, other] = [1n, 2n, 3n];
let server: TestRedis;
let redis: RedisCache;
let user: InternalClient;
let leases: RelationLeases;
let sights: AuthorSights;
let truth: number = relationBits.viewerFollows;
const calls: number[] = [];

/** Answers as `user` does: the author's lease is opened before the truth is read. */
const http = createServer(async (request, response) => {
  expect(request.url).toBe(viewerRelationsPath);
  const { authorId, viewerIds } = JSON.parse(await text(request)) as ViewerRelationsRequest;
  calls.push(viewerIds.length);
  const lease = await leases.open(BigInt(authorId));
  const relations = viewerIds.map(() => truth);
  response.end(JSON.stringify({ relations, generation: lease?.generation ?? null }));
});

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

beforeAll(async () => {
  server = await createTestRedis();
  redis = createRedisCache({ url: server.url, logger: createLogger('test', 'silent'), name: 'test' });
  await vi.waitUntil(() => redis.namespace() !== null, { timeout: 15_000 });
  leases = createRelationLeases(redis);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const keys = [{ id: 'test', secret: randomBytes(32) }] as const;
  user = createInternalClient({ self: 'timeline', service: 'user', url, keys, timeoutMs: 15_000 });
});
beforeEach(async () => {
  await redis.client.flushdb();
  calls.length = 0;
  truth = relationBits.viewerFollows;
  sights = createAuthorSights({ redis, user });
});
afterAll(async () => {
  await user.close();
  http.close();
  redis.close();
  await server.close();
});

const followers = Array.from({ length: 2_000 }, (_, place) => 10n + BigInt(place));

test('two thousand viewers cost two calls, and the next event none', async () => {
  const seen = await sights.read(author, followers);
  expect([...seen.keys()]).toEqual(followers);
  expect(new Set(seen.values())).toEqual(new Set([truth]));
  expect(calls).toEqual([1_000, 1_000]);
  await sights.read(author, followers);
  expect(calls).toHaveLength(2);
});

test('viewers with a lease are not asked about, and the others go together', async () => {
  for (const each of followers.filter((_follower, place) => place % 2 === 0)) {
    const lease = await leases.open(each);
    if (lease) await leases.store(lease, new Map([[author, relationBits.blocksViewer]]));
    // However slow this machine is today, the first lease shall outlast the last.
    await redis.client.persist(relationKey(redis.namespace() ?? '', each));
  }
  const seen = await sights.read(author, followers);
  expect(calls).toEqual([1_000]);
  expect(seen.get(followers[0] ?? 0n)).toBe(relationBits.blocksViewer);
  expect(seen.get(followers[1] ?? 0n)).toBe(truth);
});

test('relations hold while the author has one generation, and are read anew once it moved', async () => {
  await sights.read(author, [viewer, other]);
  truth = relationBits.blocksViewer;
  await leases.revoke([author, viewer]);
  expect((await sights.read(author, [viewer])).get(viewer)).toBe(truth);
  expect(calls).toEqual([2, 1]);
});

test('what a viewer’s lease says is not held: it may go a moment after the author’s', async () => {
  const lease = await leases.open(viewer);
  if (lease) await leases.store(lease, new Map([[author, truth]]));
  truth = relationBits.blocksViewer;
  await leases.revoke([author]);
  // The author's next lease is there before the viewer's has gone.
  expect((await sights.read(author, [viewer, other])).get(viewer)).toBe(relationBits.viewerFollows);
  await leases.revoke([viewer]);
  expect((await sights.read(author, [viewer])).get(viewer)).toBe(truth);
});

test('an answer that is late to a change is not held, and no guess is made while `user` is away', async () => {
  const late: Pick<InternalClient, 'call'> = {
    async call<Answer>(request: Parameters<InternalClient['call']>[0]): Promise<Answer> {
      const answer = await user.call<Answer>(request);
      truth = relationBits.blocksViewer;
      await leases.revoke([author, viewer]);
      return answer;
    },
  };
  sights = createAuthorSights({ redis, user: late });
  await sights.read(author, [viewer]);
  expect((await sights.read(author, [viewer])).get(viewer)).toBe(relationBits.blocksViewer);

  const away = { call: () => Promise.reject(new Error('away')) };
  const unknown = (await createAuthorSights({ redis, user: away }).read(author, [viewer])).get(viewer);
  expect(unknown).toMatchObject({ extensions: { code: 'DOWNSTREAM_ERROR' } });
});

test('without Redis everything is asked of `user`, and nothing held', async () => {
  const nowhere = { ...redis, namespace: () => null };
  sights = createAuthorSights({ redis: nowhere, user });
  await sights.read(author, [viewer]);
  await sights.read(author, [viewer]);
  expect(calls).toEqual([1, 1]);
});
