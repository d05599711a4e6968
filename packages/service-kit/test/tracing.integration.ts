import { parseInternalKeys } from '@murmuration/config';
import { createTestDatabase, createTestRedis } from '@murmuration/testing';
import { SpanKind } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace';
import pg from 'pg';
import { Pool } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createHttpServer,
  createInternalClient,
  createLogger,
  createRedisCache,
  currentTraceContext,
  inEventSpan,
  type InternalClient,
  parseJson,
  startTracing,
  type Tracing,
} from '../src/index.ts';
import { createLoader, createSubgraph, serveSubgraph } from '../src/subgraph/index.ts';

const keys = parseInternalKeys(`k1:${Buffer.alloc(32, 7).toString('base64')}`);
const exporter = new InMemorySpanExporter();
const closings: (() => unknown)[] = [];
let tracing: Tracing;
let edgeUrl: string;
let carried: string | null = null;

/** Edge, internal client, subgraph with a loader, SQL and Redis, as the platform strings them together. */
beforeAll(async () => {
  tracing = await startTracing({ name: 'test', exporter });
  const logger = createLogger('test', 'silent');
  const [database, redis] = await Promise.all([createTestDatabase('user'), createTestRedis()]);
  const pool = new pg.Pool({ connectionString: database.url });
  const cache = createRedisCache({ url: redis.url, logger, name: 'test' });
  const loader = () => {
    const read = async (keys: string[]) => {
      await pool.query('SELECT 1');
      await cache.client.get('nothing');
      carried = currentTraceContext();
      return keys;
    };
    return createLoader(read, (key) => key);
  };
  const subgraph = createSubgraph({
    name: 'user',
    typeDefs: 'type Query { greeting: String, failing: String }',
    resolvers: {
      Query: {
        greeting: () => loader().load('hello'),
        failing: () => pool.query('SELECT nonsense'),
      },
    },
    createContext: (context) => context,
    logger,
  });
  const server = serveSubgraph(subgraph, { logger, keys, readiness: {} });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const client = createInternalClient({ self: 'gateway', service: 'user', url, keys, timeoutMs: 15_000 });
  const edge = edgeOf(client, logger);
  edgeUrl = await edge.listen({ host: '127.0.0.1', port: 0 });
  while (cache.namespace() === null) await new Promise((resolve) => setTimeout(resolve, 5));
  closings.push(
    () => database.drop(),
    () => pool.end(),
    () => redis.close(),
    () => cache.close(),
    () => server.app.close(),
    () => client.close(),
    () => edge.app.close(),
  );
});

afterAll(async () => {
  for (const close of closings.reverse()) await close();
  await tracing.stop();
});

function edgeOf(client: InternalClient, logger: ReturnType<typeof createLogger>) {
  const edge = createHttpServer({ logger, readiness: {} });
  edge.app.removeAllContentTypeParsers();
  edge.app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  edge.app.post('/graphql', (request) =>
    client.call({ method: 'POST', path: '/graphql', body: parseJson(request.body) }),
  );
  return edge;
}

/** Runs an operation at the edge and returns the spans of its trace. */
async function traceOf(query: string, headers: Record<string, string> = {}): Promise<ReadableSpan[]> {
  exporter.reset();
  const pool = new Pool(edgeUrl);
  const answer = await pool.request({
    method: 'POST',
    path: '/graphql',
    body: JSON.stringify({ query, operationName: 'Greet' }),
    headers: { 'content-type': 'application/json', ...headers },
  });
  await answer.body.dump();
  await pool.close();
  const servers = () => exporter.getFinishedSpans().filter((span) => span.kind === SpanKind.SERVER);
  while (servers().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const edge = servers().find((span) => span.parentSpanContext === undefined);
  const traceId = edge?.spanContext().traceId;
  return exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
}

const named = (spans: ReadableSpan[], name: string) => spans.find((span) => span.name === name);

/** Names from a span up to the root. */
function lineOf(spans: ReadableSpan[], name: string): string[] {
  const names: string[] = [];
  let span = named(spans, name);
  while (span) {
    names.push(span.name);
    const parentId = span.parentSpanContext?.spanId;
    span = spans.find((other) => other.spanContext().spanId === parentId);
  }
  return names;
}

test('one trace goes from the edge through fetch, resolver and loader to SQL and Redis', async () => {
  const spans = await traceOf('query Greet { greeting }');
  const above = ['loader', 'Query.greeting', 'user Greet', 'POST /graphql', 'POST /graphql', 'POST /graphql'];
  expect(lineOf(spans, 'sql SELECT')).toEqual(['sql SELECT', ...above]);
  expect(lineOf(spans, 'redis get')).toEqual(['redis get', ...above]);
  expect(carried).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});

test('a failed statement is seen in its span, and its values are not', async () => {
  const spans = await traceOf('query Greet { failing }');
  const failed = named(spans, 'sql SELECT');
  expect(failed?.status.code).toBe(2);
  expect(failed?.attributes['db.query.text']).toBe('SELECT nonsense');
});

test('a client cannot write into a trace of its choice', async () => {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const spans = await traceOf('query Greet { greeting }', { traceparent });
  expect(spans.length).toBeGreaterThan(3);
  expect(spans.map((span) => span.spanContext().traceId)).not.toContain('a'.repeat(32));
});

test('work on events continues the trace of its one cause, and is linked to several', async () => {
  const cause = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
  exporter.reset();
  await inEventSpan('one', [cause('1'), cause('1'), null], {}, async () => undefined);
  await inEventSpan('many', [cause('1'), cause('2')], {}, async () => undefined);
  await inEventSpan('none', [null], {}, async () => undefined);
  const [one, many, ...rest] = exporter.getFinishedSpans();
  expect(one?.spanContext().traceId).toBe('1'.repeat(32));
  expect(many?.links.map((link) => link.context.traceId)).toEqual(['1'.repeat(32), '2'.repeat(32)]);
  expect(rest).toEqual([]);
});
