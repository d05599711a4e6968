import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf } from './support/answer.ts';
import { ben } from './support/issuer.ts';
import { connect, listen } from './support/live-client.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let neighbours: RunningSubgraph;
let folder: string;
const post = async (graph: TestGraph, body: unknown) => {
  const answer = await fetch(`${graph.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const json = (await answer.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return { status: answer.status, data: json.data, code: json.errors?.[0]?.extensions.code };
};
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

beforeAll(async () => {
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  folder = await mkdtemp(join(tmpdir(), 'documents-'));
});
afterAll(async () => {
  await neighbours.server.app.close();
  await rm(folder, { recursive: true });
});

describe('automatic persisted queries', () => {
  it('are asked for by hash, learnt once, and then known', async () => {
    const graph = await startGraph([neighbours]);
    const query = '{ me }';
    const extensions = { persistedQuery: { version: 1, sha256Hash: hashOf(query) } };
    expect((await post(graph, { extensions })).code).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await post(graph, { query, extensions })).data).toEqual({ me: 'anonymous' });
    expect((await post(graph, { extensions })).data).toEqual({ me: 'anonymous' });
    const wrong = { persistedQuery: { version: 1, sha256Hash: hashOf('another') } };
    expect(await post(graph, { query, extensions: wrong })).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
    });
    await graph.stop();
  });
});

describe('trusted documents', () => {
  it('run by id, by hash and by text, and when they are required nothing else does', async () => {
    const file = join(folder, 'documents.json');
    const trusted = 'query Me { me }';
    await writeFile(file, JSON.stringify({ 'sha256:abc': trusted }));
    const graph = await startGraph([neighbours], {
      TRUSTED_DOCUMENTS_FILE: file,
      TRUSTED_DOCUMENTS_ONLY: 'true',
    });
    const extensions = { persistedQuery: { version: 1, sha256Hash: hashOf(trusted) } };
    for (const body of [{ documentId: 'sha256:abc' }, { extensions }, { query: trusted }]) {
      expect((await post(graph, body)).data).toEqual({ me: 'anonymous' });
    }
    expect(await post(graph, { query: '{ me }' })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    const client = connect(graph.url);
    expect(await listen(client, '{ me }').ended).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    await client.dispose();
    await graph.stop();
  });

  it('cannot be required without a list', async () => {
    await expect(startGraph([neighbours], { TRUSTED_DOCUMENTS_ONLY: 'true' })).rejects.toThrow('_FILE');
  });
});

describe('the rate limit', () => {
  it('is each caller\u2019s own, says what is left, and when to come back', async () => {
    const graph = await startGraph([neighbours], {
      RATE_LIMIT_POINTS: '3',
      RATE_LIMIT_WINDOW_SECONDS: '60',
    });
    const first = await graph.ask('{ me }');
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=3;w=60');
    expect(first.headers.get('ratelimit')).toBe('"default";r=2;t=60');
    await graph.ask('{ me }');
    await graph.ask('{ me }');
    const refused = await graph.ask('{ me }');
    expect([refused.status, codesOf(refused)]).toEqual([429, ['RATE_LIMITED']]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const token = await graph.issuer.token({ sub: ben });
    expect((await graph.ask('{ me }', { token })).data).toEqual({ me: ben });
    const client = connect(graph.url);
    expect(await listen(client, '{ me }').ended).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    await client.dispose();
    await graph.stop();
  });

  it('tells anonymous callers apart behind a trusted proxy, and believes no one else', async () => {
    const settings = { RATE_LIMIT_POINTS: '1', RATE_LIMIT_WINDOW_SECONDS: '60' };
    const ask = async (graph: TestGraph, chain: string) =>
      (await graph.ask('{ me }', { headers: { 'x-forwarded-for': chain } })).status;
    const behind = await startGraph([neighbours], { ...settings, TRUSTED_PROXIES: '1' });
    expect(await ask(behind, 'made-up, 10.0.0.1')).toBe(200);
    expect(await ask(behind, 'another, 10.0.0.1')).toBe(429);
    expect(await ask(behind, '10.0.0.2')).toBe(200);
    // Whoever has one address of an IPv6 network of 64 bits has all of them.
    expect(await ask(behind, '2001:db8::1')).toBe(200);
    expect(await ask(behind, '2001:db8::2')).toBe(429);
    await behind.stop();
    const open = await startGraph([neighbours], settings);
    expect([await ask(open, '10.0.0.1'), await ask(open, '10.0.0.2')]).toEqual([200, 429]);
    await open.stop();
  });
});

it('introspection can be switched off, and then nothing else tells of the schema', async () => {
  const graph = await startGraph([neighbours], { INTROSPECTION: 'false' });
  const asked = await graph.ask('{ __schema { types { name } } }');
  expect([asked.status, new Set(codesOf(asked))]).toEqual([400, new Set(['GRAPHQL_VALIDATION_FAILED'])]);
  expect((await graph.ask('{ neighbor(id: "1") { id } }')).errors?.[0]?.message).not.toContain('neighbour');
  const client = connect(graph.url);
  const refused = await listen(client, '{ neighbor(id: "1") { id } }').ended;
  expect(JSON.stringify(refused)).not.toContain('neighbour');
  await client.dispose();
  await graph.stop();
});
