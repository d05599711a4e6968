import { createLogger, revocationChannel } from '@murmuration/service-kit';
import { createTestRedis, type TestRedis } from '@murmuration/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDenyList } from '../src/identity/deny-list.ts';
import { watchRevocations } from '../src/identity/watch-revocations.ts';
import { codesOf } from './support/answer.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

const mine = 'ses_00000000001';
const other = 'ses_00000000002';
const patience = { timeout: 15_000, interval: 50 };
let redis: TestRedis;
let neighbours: RunningSubgraph;
let graph: TestGraph;

beforeAll(async () => {
  redis = await createTestRedis();
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  graph = await startGraph([neighbours], { REDIS_URL: redis.url });
});
afterAll(async () => {
  await graph.stop();
  await neighbours.server.app.close();
  await redis.close();
});

describe('a session that has ended', () => {
  it('is refused as soon as Redis says so, and no other is', async () => {
    const token = await graph.issuer.token({ sid: mine });
    expect(codesOf(await graph.ask('{ me }', { token }))).toEqual([]);
    await vi.waitFor(async () => {
      await redis.client.publish(revocationChannel, JSON.stringify([mine]));
      expect(codesOf(await graph.ask('{ me }', { token }))).toEqual(['UNAUTHENTICATED']);
    }, patience);
    const others = await graph.issuer.token({ sid: other });
    expect(codesOf(await graph.ask('{ me }', { token: others }))).toEqual([]);
  });

  it('is refused from the start when it ended before the gateway began', async () => {
    graph.issuer.ended.push(other);
    const late = await startGraph([neighbours], {
      USER_URL: graph.issuer.url,
      JWKS_URL: graph.issuer.jwksUrl,
    });
    const token = await graph.issuer.token({ sid: other });
    expect(codesOf(await late.ask('{ me }', { token }))).toEqual(['UNAUTHENTICATED']);
    await late.stop();
  });

  it('is learnt from the list alone when Redis loses the message', async () => {
    const denyList = createDenyList();
    const sessions: string[] = [];
    const issuer = { call: async <A>() => ({ sessions }) as A, close: async () => {} };
    const logger = createLogger('test', 'silent');
    const watch = watchRevocations({ denyList, issuer, redis: undefined, logger, pollMs: 5 });
    await watch.ready;
    sessions.push(mine);
    await vi.waitFor(() => expect(denyList.has(mine)).toBe(true), patience);
    watch.stop();
  });
});

describe('signing keys', () => {
  it('may be replaced while tokens of the old one live', async () => {
    const old = await graph.issuer.token({ sid: 'ses_00000000009' });
    await graph.issuer.rotate();
    const fresh = await graph.issuer.token({ sid: 'ses_00000000009' });
    await vi.waitFor(async () => {
      expect(codesOf(await graph.ask('{ me }', { token: fresh }))).toEqual([]);
      expect(codesOf(await graph.ask('{ me }', { token: old }))).toEqual([]);
    }, patience);
  });
});
