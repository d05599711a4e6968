import { createRedisProcess, type RedisProcess } from '@murmuration/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let redis: RedisProcess;
let neighbours: RunningSubgraph;
let replicas: TestGraph[];
const statusOf = async (graph: TestGraph | undefined, from: string) =>
  (await graph?.ask('{ me }', { headers: { 'x-forwarded-for': from } }))?.status;

beforeAll(async () => {
  redis = await createRedisProcess();
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  const settings = {
    REDIS_URL: redis.url,
    RATE_LIMIT_POINTS: '2',
    RATE_LIMIT_WINDOW_SECONDS: '60',
    TRUSTED_PROXIES: '1',
  };
  replicas = [await startGraph([neighbours], settings), await startGraph([neighbours], settings)];
});
afterAll(async () => {
  await Promise.all(replicas.map((graph) => graph.stop()));
  await neighbours.server.app.close();
  await redis.kill();
  await redis.close();
});

describe('the rate limit of several replicas', () => {
  it('is one, and without Redis each counts for itself', async () => {
    const [one, two] = replicas;
    // Until both have found Redis each counts for itself: every look is somebody else's.
    let callers = 0;
    await vi.waitFor(
      async () => {
        const from = `10.0.0.${++callers}`;
        expect([await statusOf(one, from), await statusOf(two, from)]).toEqual([200, 200]);
        expect([await statusOf(one, from), await statusOf(two, from)]).toEqual([429, 429]);
      },
      { timeout: 15_000, interval: 100 },
    );
    await redis.kill();
    // The first answers come from memory at once: nobody waits for a Redis that is away.
    const other = { headers: {}, token: await one?.issuer.token() };
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await one?.ask('{ me }', other))?.status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});
