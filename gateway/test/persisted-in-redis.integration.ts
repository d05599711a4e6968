import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedisCache, createLogger } from '@murmuration/service-kit';
import { createRedisProcess, type RedisProcess } from '@murmuration/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';
import { transports } from './support/transports.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const named = (hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });
const text = 'query Stranger { me }';

let redis: RedisProcess;
let neighbours: RunningSubgraph;
let folder: string;
let open: TestGraph;
let trusting: TestGraph;

beforeAll(async () => {
  redis = await createRedisProcess();
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  folder = await mkdtemp(join(tmpdir(), 'documents-'));
  const file = join(folder, 'documents.json');
  await writeFile(file, JSON.stringify({ 'sha256:abc': 'query Me { me }' }));
  open = await startGraph([neighbours], { REDIS_URL: redis.url });
  trusting = await startGraph([neighbours], {
    REDIS_URL: redis.url,
    TRUSTED_DOCUMENTS_FILE: file,
    TRUSTED_DOCUMENTS_ONLY: 'true',
  });
});
afterAll(async () => {
  await Promise.all([open.stop(), trusting.stop()]);
  await neighbours.server.app.close();
  await rm(folder, { recursive: true });
  await redis.kill();
  await redis.close();
});

it.each(transports)(
  'what one gateway has put into Redis another that trusts only its list does not run: $name',
  async ({ ask }) => {
    expect((await ask(open.url, { query: text, ...named(hashOf(text)) })).codes).toEqual([]);
    const asked = neighbours.seen.length;
    expect((await ask(trusting.url, named(hashOf(text)))).codes).toEqual(['FORBIDDEN']);
    expect(neighbours.seen).toHaveLength(asked);
  },
);

it('a text in Redis under a hash that is not its own is nobody\u2019s document', async () => {
  const cache = createRedisCache({ url: redis.url, logger: createLogger('test', 'silent'), name: 'test' });
  const { client } = cache;
  await vi.waitFor(() => client.ping(), { timeout: 10_000, interval: 20 });
  const [key = ''] = await client.keys(`*${hashOf(text)}`);
  expect(key).not.toBe('');
  const other = hashOf('query Innocent { me }');
  await client.set(key.replace(hashOf(text), other), 'query Evil { secret }');
  for (const { ask } of transports) {
    expect((await ask(open.url, named(other))).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  }
  await cache.close();
});
