import { createHash, generateKeyPairSync } from 'node:crypto';
import { createLifecycle, createLogger } from '@murmuration/service-kit';
import { createTestDatabase } from '@murmuration/testing/postgres';
import { config as checkConfig } from '../../test/cast.ts';
import type { Subgraph } from '../../src/composition/subgraph.ts';
import { readRegistryConfig } from '../src/config.ts';
import { startRegistry } from '../src/server.ts';
import type { TokenKind } from '../src/tokens/permissions.ts';
import { latencyBoundsMs, type UsageReport } from '../src/usage/contract.ts';

export const graph = 'town';

/** One registry or several on one database, with an admin's token of the graph `town`. */
export interface World {
  databaseUrl: string;
  adminToken: string;
  signingKey: string;
  start(settings?: Record<string, string>): Promise<RunningHere>;
  stop(): Promise<void>;
}

export interface RunningHere {
  url: string;
  stop(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const database = await createTestDatabase('registry');
  const adminToken = `mrt_${'a'.repeat(43)}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  const signingKey = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'k1' });
  const stops: (() => Promise<void>)[] = [];
  return {
    databaseUrl: database.url,
    adminToken,
    signingKey,
    async start(settings = {}) {
      const config = readRegistryConfig({
        PORT: '0',
        LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
        REGISTRY_DATABASE_URL: database.url,
        REGISTRY_TOKENS: `root:${graph}:admin:${createHash('sha256').update(adminToken).digest('hex')}`,
        REGISTRY_SIGNING_KEY: signingKey,
        REGISTRY_HEAD_CACHE_MS: '50',
        REGISTRY_TOKEN_CACHE_MS: '0',
        ...settings,
      });
      const logger = createLogger('registry', config.LOG_LEVEL);
      const lifecycle = createLifecycle(logger);
      const { url } = await startRegistry(config, logger, lifecycle);
      const stop = () => lifecycle.stop('the test is over');
      stops.push(stop);
      return { url, stop };
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
      await database.drop();
    },
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: never;
}

/** Asks a registry about the graph `town`. */
export async function ask(
  url: string,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/v1/graphs/${graph}${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: (isJson ? JSON.parse(text) : undefined) as never,
  };
}

export async function makeToken(
  url: string,
  adminToken: string,
  kinds: TokenKind[],
  expiresAt?: string,
): Promise<{ id: number; secret: string }> {
  const answer = await ask(url, adminToken, 'POST', '/tokens', { name: kinds.join('+'), kinds, expiresAt });
  return answer.json;
}

/** A publication of these subgraphs on top of what is there. */
export function publication(subgraphs: Subgraph[], more: Record<string, unknown> = {}) {
  const edit = { kind: 'some', given: subgraphs, deleted: [], known: [], isNew: true };
  return { config: checkConfig(), edit, by: 'alice', message: '', ...more };
}

/** A report of one gateway: so many calls of each document by each client. */
export function report(
  calls: { document: string; client: string; version?: string; count: number; errors?: number }[],
  more: Partial<UsageReport> = {},
): UsageReport {
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
  const documents = [...new Set(calls.map(({ document }) => document))];
  return {
    version: 1,
    reporter: 'reporter-1',
    sequence: 1,
    gateway: { name: 'gateway-1', supergraph: '0123456789abcdef' },
    window: { ageMs: 0, durationMs: 10_000 },
    lost: 0,
    operations: documents.map((document) => ({
      hash: hashOf(document),
      name: /\w+ (\w+)/.exec(document)?.[1] ?? '',
      kind: 'query',
      document,
    })),
    uses: calls.map(({ client, count, document, errors = 0, version }) => ({
      operation: hashOf(document),
      client: { name: client, ...(version && { version }) },
      count,
      errors,
      latency: [count, ...latencyBoundsMs.map(() => 0)],
    })),
    ...more,
  };
}
