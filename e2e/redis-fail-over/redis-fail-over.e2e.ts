import { setTimeout as sleep } from 'node:timers/promises';
import { type Stack, startStack } from '@murmuration/dev';
import { createRedisSentinels, type Member, type RedisSentinels, signUpCast } from '@murmuration/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Load, startLoad } from '../support/load.ts';

let redis: RedisSentinels;
let stack: Stack;
let cast: Record<'alice' | 'bob' | 'carol', Member>;
beforeAll(async () => {
  redis = await createRedisSentinels();
  const { REDIS_URL, ...env } = redis.settings;
  stack = await startStack({ redisUrl: REDIS_URL, env });
  cast = await signUpCast(`${stack.url}/graphql`, ['alice', 'bob', 'carol']);
  const everybody = Object.values(cast);
  for (const one of everybody) {
    for (const other of everybody) if (one !== other) await one.follow(other);
  }
});
afterAll(async () => {
  await stack.stop();
  await redis.close();
});

const home = `query ($after: String) { homeTimeline(first: 50, after: $after) {
  pageInfo { hasNextPage endCursor } edges { node { id } } } }`;

interface Page {
  homeTimeline: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    edges: { node: { id: string } | null }[];
  };
}

async function homeOf(member: Member): Promise<(string | undefined)[]> {
  const ids: (string | undefined)[] = [];
  for (let after: string | null | undefined; ; ) {
    const { homeTimeline }: Page = await member.ask<Page>(home, { after });
    ids.push(...homeTimeline.edges.map(({ node }) => node?.id));
    if (!homeTimeline.pageInfo.hasNextPage) return ids;
    after = homeTimeline.pageInfo.endCursor;
  }
}

/** The processes by whose metrics Redis is of use, and how many times the fan-out took a new one. */
async function usersOfRedis(): Promise<{ connected: string[]; namespaces: number }> {
  const pages = await Promise.all(
    [...stack.processes.values()].map(async ({ name, metricsUrl }) => ({
      name,
      text: await (await fetch(metricsUrl)).text(),
    })),
  );
  const numbers = (text: string, metric: string) =>
    [...text.matchAll(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\d+)`, 'gm'))].map(([, value]) =>
      Number(value),
    );
  return {
    connected: pages
      .filter(({ text }) => numbers(text, 'redis_connected').every((value) => value === 1))
      .map(({ name }) => name),
    namespaces: pages
      .flatMap(({ text }) => numbers(text, 'fanout_namespaces_total'))
      .reduce((a, b) => a + b, 0),
  };
}

/** Does it to the primary under load, and waits until everybody uses the next one. */
async function failOver(change: () => Promise<void>): Promise<Load> {
  const before = await redis.primary();
  const { namespaces } = await usersOfRedis();
  const load = startLoad(Object.values(cast), 50);
  // By what was done and not by time alone: a slow machine does less of it in a second.
  const posted = (least: number) => vi.waitUntil(() => load.posts.size >= least, { timeout: 60_000 });
  await Promise.all([posted(5), sleep(1_000)]);
  await change();
  await vi.waitFor(
    async () => {
      expect((await redis.primary()).port).not.toBe(before.port);
      const now = await usersOfRedis();
      expect(now.connected.toSorted()).toEqual([...stack.processes.keys()].toSorted());
      expect(now.namespaces).toBeGreaterThan(namespaces);
    },
    { timeout: 120_000, interval: 250 },
  );
  await Promise.all([posted(load.posts.size + 6), sleep(2_000)]);
  await load.stop();
  return load;
}

test.each([
  ['is demoted', () => redis.switchOver()],
  ['dies', async () => (await redis.primary()).kill()],
])('when the primary %s the next one is used, and nobody notices', async (_what, change) => {
  const load = await failOver(change);
  expect({ reasons: [...load.reasons], failures: load.failures }).toEqual({ reasons: [], failures: [] });
  expect(load.posts.size).toBeGreaterThan(10);
  for (const member of Object.values(cast)) {
    await vi.waitFor(
      async () => expect(await homeOf(member)).toEqual(expect.arrayContaining([...load.posts.keys()])),
      { timeout: 60_000, interval: 250 },
    );
    const ids = await homeOf(member);
    expect(new Set(ids).size).toBe(ids.length);
  }
});
