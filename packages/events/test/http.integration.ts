import { parseInternalKeys } from '@murmuration/config';
import {
  createInternalClient,
  createRedisCache,
  envelopeHeader,
  type InternalClient,
  signEnvelope,
} from '@murmuration/service-kit';
import { createSubgraph, serveSubgraph } from '@murmuration/service-kit/subgraph';
import { createTestRedis, type TestRedis } from '@murmuration/testing';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createFeedSource,
  createFeedWatch,
  type FeedSource,
  hintChannel,
  openFeed,
  runConsumer,
  serveFeed,
} from '../src/index.ts';
import { openFollower, until } from './support/follower.ts';
import { openProducer, type Producer } from './support/producer.ts';
import { followSnapshot, silent } from './support/source.ts';

const keys = parseInternalKeys(`k1:${Buffer.alloc(32, 7).toString('base64')}`);
let producer: Producer;
let redis: TestRedis;
let url: string;
let client: InternalClient;
let source: FeedSource;
const closings: (() => unknown)[] = [];

beforeAll(async () => {
  [producer, redis] = await Promise.all([openProducer(), createTestRedis()]);
  const cache = createRedisCache({ url: redis.url, logger: silent, name: 'test' });
  const subgraph = createSubgraph({
    name: 'user',
    typeDefs: 'type Query { ok: Boolean }',
    resolvers: {},
    createContext: (context) => context,
    logger: silent,
  });
  const server = serveSubgraph(subgraph, { logger: silent, keys, readiness: {} });
  const opened = openFeed({ name: 'user', databaseUrl: producer.url, redis: cache, logger: silent });
  const stopRetiring = serveFeed({
    app: server.app,
    opened,
    logger: silent,
    snapshots: (pool) => [followSnapshot(pool)],
  });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  client = createInternalClient({ self: 'timeline', service: 'user', url, keys, timeoutMs: 15_000 });
  source = createFeedSource(client);
  closings.push(
    () => cache.close(),
    () => opened.close(),
    stopRetiring,
    () => server.app.close(),
    () => client.close(),
  );
});

afterAll(async () => {
  for (const close of closings.reverse()) await close();
  await Promise.all([producer.close(), redis.close()]);
});

async function statusAs(identity: Parameters<typeof signEnvelope>[1]['identity'], path: string) {
  const fields = { audience: 'user', method: 'GET', path, requestId: 'r', identity };
  const headers = { [envelopeHeader]: signEnvelope(keys[0], fields, '') };
  const answer = await request(url + path, { headers });
  await answer.body.dump();
  return answer.statusCode;
}

test.each([
  '/internal/events',
  '/internal/events/head',
  '/internal/snapshots/follow',
  '/internal/snapshots/follow/1:2',
])('%s is for services only', async (path) => {
  expect(await statusAs({ kind: 'viewer', subject: 'usr_1', session: 'ses_1' }, path)).toBe(403);
  expect((await request(url + path)).statusCode).toBe(401);
});

test('a consumer in another process follows the feed through signed requests', async () => {
  const follower = await openFollower();
  const consumer = runConsumer({ ...follower.options(source), start: 'backfill' });
  await producer.follow(1, 2);
  await until(async () => (await follower.held()).size === 1);
  await producer.follow(3, 4);
  await until(async () => (await follower.held()).size === 2);
  expect(await follower.held()).toEqual(await producer.truth());
  const readers = await producer.pool.query('SELECT name FROM feed_consumer');
  expect(readers.rows).toEqual([{ name: 'timeline' }]);
  await producer.pool.query('TRUNCATE outbox');
  await producer.follow(1, 2, 'removed');
  await producer.renewIdentity();
  await until(async () => (await follower.held()).get('1:2') === 'removed v2');
  await consumer.stop();
  await follower.close();
});

test('who only watches a feed is told what happens, and nothing is kept for them', async () => {
  const readers = () => producer.pool.query('SELECT name FROM feed_consumer ORDER BY name');
  const before = (await readers()).rows;
  const watcher = createInternalClient({ self: 'post', service: 'user', url, keys });
  const watch = createFeedWatch(watcher);
  const head = await watch.head();
  await producer.follow(4, 5);
  const read = await watch.read({ after: head, limit: 10, waitMs: 20_000 });
  expect(read).toMatchObject({ status: 'page', events: [{ aggregateId: '4:5' }] });
  expect(await watch.read({ after: 'nonsense', limit: 10, waitMs: 0 })).toMatchObject({ status: 'reset' });
  expect((await readers()).rows).toEqual(before);
  await watcher.close();
});

test('a hint over Redis wakes who waits', async () => {
  const head = await source.head();
  const waiting = source.read({
    after: head,
    limit: 1,
    waitMs: 20_000,
    signal: new AbortController().signal,
  });
  await producer.follow(5, 6);
  await until(async () => (await redis.client.publish(hintChannel('user'), '')) > 0);
  expect(await waiting).toMatchObject({ status: 'page', events: [{ aggregateId: '5:6', version: '1' }] });
});

test('a snapshot pages by key, and one aggregate can be asked for', async () => {
  await producer.follow(10, 9);
  await producer.follow(9, 10);
  const first = await source.page('follow', '5:6', 1);
  expect(first).toMatchObject({ states: [{ aggregateId: '9:10' }], next: '9:10' });
  const rest = await source.page('follow', first.next, 10);
  expect(rest).toMatchObject({ states: [{ aggregateId: '10:9', payload: { state: 'active' } }], next: null });
  expect(await source.one('follow', '9:10')).toEqual(first.states[0]);
  expect(await source.one('follow', '9:11')).toBeNull();
});

test('arguments that make no sense are named', async () => {
  await expect(client.call({ method: 'GET', path: '/internal/events?limit=0' })).rejects.toMatchObject({
    status: 400,
  });
  await expect(client.call({ method: 'GET', path: '/internal/events?after=x' })).rejects.toMatchObject({
    status: 410,
  });
});
