import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { createLifecycle, createLogger } from '@murmuration/service-kit';
import { parse } from 'graphql';
import { readGatewayConfig } from '../../src/config.ts';
import { startGateway } from '../../src/server.ts';
import type { GraphAnswer } from './answer.ts';
import { type Issuer, startIssuer } from './issuer.ts';

export interface SubgraphAt {
  name: string;
  sdl: string;
  url: string;
}

export interface TestGraph {
  url: string;
  issuer: Issuer;
  /** Where the supergraph lies; write another one there to have it swapped. */
  supergraphFile: string;
  ask(query: string, options?: AskOptions): Promise<GraphAnswer>;
  stop(): Promise<void>;
}

export interface AskOptions {
  variables?: Record<string, unknown>;
  token?: string | undefined;
  headers?: Record<string, string>;
}

/** The key that the test subgraphs and the gateway share. */
export const testKey = { id: 'test', secret: randomBytes(32) };

export function composeSupergraph(subgraphs: readonly SubgraphAt[]): string {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ name, sdl, url }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl) return supergraphSdl;
  throw new Error(errors?.map((error) => error.message).join('\n'));
}

/** The real gateway in this process, on a free port, before the given subgraphs. */
export async function startGraph(
  subgraphs: readonly SubgraphAt[],
  settings: Record<string, string> = {},
): Promise<TestGraph> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  await writeFile(supergraphFile, composeSupergraph(subgraphs));
  const issuer = await startIssuer([testKey]);
  const config = readGatewayConfig({
    PORT: '0',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    SUPERGRAPH_FILE: supergraphFile,
    SUPERGRAPH_POLL_MS: '50',
    INTERNAL_KEYS: `${testKey.id}:${testKey.secret.toString('base64')}`,
    JWKS_URL: issuer.jwksUrl,
    USER_URL: issuer.url,
    // A machine that stands still for a second shall not be taken for a planner, a subgraph or a client that does.
    PLAN_TIMEOUT_MS: '20000',
    SUBGRAPH_TIMEOUT_MS: '20000',
    REQUEST_DEADLINE_MS: '30000',
    SOCKET_INIT_WAIT_MS: '20000',
    ...settings,
  });
  const logger = createLogger('gateway', config.LOG_LEVEL);
  const lifecycle = createLifecycle(logger);
  const { url } = await startGateway(config, logger, lifecycle);
  return {
    url,
    issuer,
    supergraphFile,
    ask: (query, options) => ask(url, query, options),
    async stop() {
      await lifecycle.stop('the test is over');
      await issuer.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function ask(url: string, query: string, options: AskOptions = {}): Promise<GraphAnswer> {
  const { variables, token, headers } = options;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Pick<GraphAnswer, 'data' | 'errors'>;
  return { status: response.status, headers: response.headers, data, errors };
}
