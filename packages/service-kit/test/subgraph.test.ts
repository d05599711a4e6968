import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { encodeId } from '@murmuration/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anonymous, createLogger, type Envelope, envelopeHeader, signEnvelope } from '../src/index.ts';
import {
  createRequestContext,
  createSubgraph,
  type RequestContext,
  requireViewer,
  serveSubgraph,
} from '../src/subgraph/index.ts';

const key = { id: 'k1', secret: randomBytes(32) };
const logger = createLogger('test', 'silent');
let bumps = 0;
let patience = Promise.withResolvers<AbortSignal>();
const subgraph = createSubgraph({
  name: 'demo',
  logger,
  typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Query { hello(name: String!): String! secret: String boom: String } type Mutation { bump: Int! wait: Int! }`,
  resolvers: {
    Query: {
      hello: (_root: unknown, { name }: { name: string }) => `Hello ${name}`,
      secret: (_root: unknown, _args: unknown, context: never) => String(requireViewer(context)),
      boom: () => {
        throw new Error('SELECT password FROM account failed at 10.0.0.1');
      },
    },
    Mutation: {
      bump: () => ++bumps,
      async wait(_root: unknown, _args: unknown, { signal }: RequestContext) {
        patience.resolve(signal);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return 0;
      },
    },
  },
  createContext: (request) => request,
});
const server = serveSubgraph(subgraph, { logger, keys: [key], readiness: {} });
let url = '';

beforeAll(async () => {
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => server.app.close());

function sign(body: string, changed: Partial<Envelope> = {}): string {
  const fields = { audience: 'demo', method: 'POST', path: '/graphql', requestId: 'r', identity: anonymous };
  return signEnvelope(key, { ...fields, ...changed }, body);
}

async function post(body: string, envelope = sign(body)) {
  const headers = { 'content-type': 'application/json', [envelopeHeader]: envelope };
  const answer = await fetch(`${url}/graphql`, { method: 'POST', body, headers });
  const json = (await answer.json()) as { data?: Record<string, unknown> };
  return { status: answer.status, json, connection: answer.headers.get('connection') };
}

const executeAs = (query: string, variables = {}) =>
  subgraph.execute(
    { query, variables },
    createRequestContext({ identity: anonymous, requestId: 'r', logger }),
  );

describe('a subgraph in process', () => {
  it('names the code of every kind of error and keeps its secrets', async () => {
    const code = async (query: string, variables = {}) => {
      const { errors } = await executeAs(query, variables);
      return errors?.map((error) => `${error.extensions['code']}: ${error.message}`);
    };
    expect(await code('{')).toEqual([expect.stringMatching(/^GRAPHQL_PARSE_FAILED/)]);
    expect(await code('{ nope }')).toEqual([expect.stringMatching(/^GRAPHQL_VALIDATION_FAILED/)]);
    expect(await code('query ($n: String!) { hello(name: $n) }')).toEqual([
      expect.stringMatching(/^BAD_USER_INPUT: .*\$n/),
    ]);
    expect(await code('{ secret }')).toEqual(['UNAUTHENTICATED: Sign in first.']);
    expect(await code('{ boom }')).toEqual(['INTERNAL_SERVER_ERROR: Something went wrong on our side.']);
  });
});

describe('a served subgraph', () => {
  it('answers what is signed and nothing else but its probes', async () => {
    const body = JSON.stringify({ query: '{ hello(name: "Bo") }' });
    expect(await post(body)).toMatchObject({ status: 200, json: { data: { hello: 'Hello Bo' } } });
    expect((await post(body, '')).status).toBe(401);
    expect((await post(`${body} `, sign(body))).status).toBe(401);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  it('refuses the same mutation twice, but not the same query', async () => {
    const mutation = JSON.stringify({ query: 'mutation { bump }' });
    const envelope = sign(mutation);
    expect((await post(mutation, envelope)).json.data?.['bump']).toBe(1);
    expect((await post(mutation, envelope)).status).toBe(401);
    expect(bumps).toBe(1);
    const query = JSON.stringify({ query: '{ hello(name: "Bo") }' });
    const again = sign(query);
    expect([(await post(query, again)).status, (await post(query, again)).status]).toEqual([200, 200]);
  });

  it('calls malformed JSON by its name', async () => {
    expect((await post('{"query":')).status).toBe(400);
    expect((await post('{"query": 5}')).status).toBe(400);
  });

  it('takes bodies that come in pieces or through the framework, and none that are too large', async () => {
    const body = JSON.stringify({ query: '{ hello(name: "Bo") }' });
    const request = (of: string) => ({
      method: 'POST' as const,
      headers: { 'content-type': 'application/json', [envelopeHeader]: sign(of) },
    });
    const pieces = new Blob([body.slice(0, 9), body.slice(9)]).stream();
    const half = { duplex: 'half' } as RequestInit; // no type of the platform's knows it
    const chunked = await fetch(`${url}/graphql`, { ...request(body), body: pieces, ...half });
    expect(await chunked.json()).toEqual({ data: { hello: 'Hello Bo' } });
    const injected = await server.app.inject({ ...request(body), url: '/graphql', payload: body });
    expect(injected.json()).toEqual({ data: { hello: 'Hello Bo' } });
    const large = body.padEnd(2 * 1024 * 1024);
    expect((await fetch(`${url}/graphql`, { ...request(large), body: large })).status).toBe(413);
    const long = JSON.stringify({ query: '{ hello(name: "Bo") }', variables: { x: 'y'.repeat(300_000) } });
    expect((await post(long)).status).toBe(200);
  });

  it('is not disturbed by a caller that leaves in the middle of a body', async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"query":');
    await sleep(50);
    socket.resetAndDestroy();
    await sleep(50);
    expect((await post('{"query":"{ hello(name: \\"you\\") }"}')).status).toBe(200);
  });

  it.each([false, true])(
    'tells who runs an operation that its caller has gone (chunked: %s)',
    async (isChunked) => {
      const body = JSON.stringify({ query: 'mutation { wait }' });
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname);
      const head = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${envelopeHeader}: ${sign(body)}\r\n`;
      patience = Promise.withResolvers();
      socket.write(
        isChunked
          ? `${head}transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
          : `${head}content-length: ${body.length}\r\n\r\n${body}`,
      );
      const signal = await patience.promise;
      expect(signal.aborted).toBe(false);
      const gone = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      socket.destroy();
      await gone;
    },
  );

  it('still serves while it drains, is not ready, and ends every connection it answers on', async () => {
    const body = '{"query":"{ hello(name: \\"you\\") }"}';
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    let isOver = false;
    const drained = server.drain(300).finally(() => {
      isOver = true;
    });
    const probe = await fetch(`${url}/readyz`);
    expect([probe.status, probe.headers.get('connection')]).toEqual([503, 'close']);
    expect(await post(body)).toEqual({
      status: 200,
      json: { data: { hello: 'Hello you' } },
      connection: 'close',
    });
    expect(isOver).toBe(false);
    await drained;
  });
});

describe('a query for several viewers', () => {
  const viewer = (n: bigint) => ({ subject: encodeId('User', n), session: encodeId('Session', n) });
  const gateway = { identity: { kind: 'service', name: 'gateway' } } as const;
  const ask = (viewers: unknown, as: Partial<Envelope> = gateway, query = '{ secret }') => {
    const body = JSON.stringify({ query, extensions: { viewers } });
    return post(body, sign(body, as));
  };

  it('is run as each of them, and answered in their order', async () => {
    const { json, status } = await ask([viewer(7n), viewer(8n), viewer(7n)]);
    expect(status).toBe(200);
    const answers = ['7', '8', '7'].map((secret) => ({ data: { secret } }));
    expect(json).toEqual({ data: null, extensions: { answers } });
  });

  it('is the gateway\u2019s alone to ask', async () => {
    for (const identity of [
      anonymous,
      { kind: 'viewer', ...viewer(7n) } as const,
      { kind: 'service', name: 'timeline' } as const,
    ]) {
      const { json, status } = await ask([viewer(8n)], { identity });
      expect(status).toBe(401);
      expect(JSON.stringify(json)).not.toContain('secret');
    }
  });

  it('costs the others nothing where one is nobody', async () => {
    const { json, status } = await ask([viewer(7n), { subject: 'nobody', session: 'none' }]);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      extensions: {
        answers: [{ data: { secret: '7' } }, { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }],
      },
    });
  });

  it('is refused where it is malformed, of too many, or changes something', async () => {
    const before = bumps;
    const many = Array.from({ length: 1_001 }, () => viewer(7n));
    for (const viewers of ['all', [{ subject: 'usr_1' }], [null], many])
      expect((await ask(viewers)).status).toBe(400);
    expect((await ask([viewer(7n)], gateway, 'mutation { bump }')).status).toBe(400);
    expect(bumps).toBe(before);
  });
});
