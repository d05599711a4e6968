import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { type RunningSubgraph, serveNeighbourhood } from './support/town.ts';
import { transports } from './support/transports.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const persisted = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: hashOf(text) } });
const trusted = 'query Me { me }';

let neighbours: RunningSubgraph;
let folder: string;
let open: TestGraph;
let trusting: TestGraph;

beforeAll(async () => {
  neighbours = await serveNeighbourhood('neighbours', [testKey]);
  folder = await mkdtemp(join(tmpdir(), 'documents-'));
  const file = join(folder, 'documents.json');
  await writeFile(file, JSON.stringify({ 'sha256:abc': trusted }));
  open = await startGraph([neighbours], { MAX_ALIASES: '3', MAX_DEPTH: '5', MAX_TOKENS: '200' });
  trusting = await startGraph([neighbours], {
    TRUSTED_DOCUMENTS_FILE: file,
    TRUSTED_DOCUMENTS_ONLY: 'true',
  });
});
afterAll(async () => {
  await Promise.all([open.stop(), trusting.stop()]);
  await neighbours.server.app.close();
  await rm(folder, { recursive: true });
});

const anonymous = { data: { me: 'anonymous' }, codes: [], limits: [] };
const refused = (code: string, ...limits: string[]) => ({ codes: [code], limits });

describe.each(transports)('the same road by $name', ({ ask, name }) => {
  it('takes a text, with its variables and its name', async () => {
    const query = 'query A($id: ID!) { neighbour(id: $id) { id } } query B { me }';
    const neighbour = { data: { neighbour: { id: '1' } }, codes: [], limits: [] };
    expect(await ask(open.url, { query, operationName: 'A', variables: { id: '1' } })).toEqual(neighbour);
    expect(await ask(open.url, { query, operationName: 'B' })).toEqual(anonymous);
    expect(await ask(open.url, { query })).toEqual(refused('BAD_USER_INPUT'));
    expect(await ask(open.url, { query, operationName: 'C' })).toEqual(refused('BAD_USER_INPUT'));
    expect(await ask(open.url, { query, operationName: 'A' })).toEqual(refused('BAD_USER_INPUT'));
  });

  it('asks for a persisted document, learns it, and knows it by its hash', async () => {
    const query = `query ${name} { me }`;
    const extensions = persisted(query);
    expect(await ask(open.url, { extensions })).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'));
    expect(await ask(open.url, { query, extensions })).toEqual(anonymous);
    expect(await ask(open.url, { extensions })).toEqual(anonymous);
    const wrong = await ask(open.url, { query, extensions: persisted('another') });
    expect(wrong).toEqual(refused('BAD_USER_INPUT'));
  });

  it('never takes a text for a hash, whatever is known by it', async () => {
    await ask(open.url, { query: trusted });
    expect(await ask(open.url, { query: hashOf(trusted) })).toEqual(refused('GRAPHQL_PARSE_FAILED'));
  });

  it('runs trusted documents by id, by hash and by text, and where they are required nothing else', async () => {
    for (const one of [
      { documentId: 'sha256:abc' },
      { extensions: persisted(trusted) },
      { query: trusted },
    ]) {
      expect(await ask(trusting.url, one)).toEqual(anonymous);
    }
    expect(await ask(trusting.url, { query: '{ me }' })).toEqual(refused('FORBIDDEN'));
    expect(await ask(trusting.url, { documentId: 'another' })).toEqual(refused('BAD_USER_INPUT'));
  });

  it('names what is wrong with a document', async () => {
    expect(await ask(open.url, { query: '{' })).toEqual(refused('GRAPHQL_PARSE_FAILED'));
    expect(await ask(open.url, { query: `{ ${'me '.repeat(300)} }` })).toEqual(
      refused('GRAPHQL_PARSE_FAILED'),
    );
    expect(await ask(open.url, { query: '{ nope }' })).toEqual(refused('GRAPHQL_VALIDATION_FAILED'));
    expect(await ask(open.url, { query: 'fragment F on Query { me }' })).toEqual(refused('BAD_USER_INPUT'));
    expect(await ask(open.url, {})).toEqual(refused('BAD_USER_INPUT'));
  });

  it('measures before it validates', async () => {
    const aliases = '{ a: nope b: nope c: nope d: nope }';
    expect(await ask(open.url, { query: aliases })).toEqual(
      refused('GRAPHQL_VALIDATION_FAILED', 'maxAliases'),
    );
    const introspection = '{ __schema { types { a: name b: name c: name d: name } } }';
    expect(await ask(open.url, { query: introspection })).toEqual(
      refused('GRAPHQL_VALIDATION_FAILED', 'maxAliases'),
    );
    const deep = '{ a { b { c { d { e { f } } } } } }';
    expect(await ask(open.url, { query: deep })).toEqual(refused('GRAPHQL_VALIDATION_FAILED', 'maxDepth'));
  });

  it('charges what it refuses, and hears no more of who has no points left', async () => {
    const graph = await startGraph([neighbours], { RATE_LIMIT_POINTS: '4', RATE_LIMIT_WINDOW_SECONDS: '60' });
    const wrong = ['{', '{ nope }', '{ a: nope }'];
    for (const query of wrong) await ask(graph.url, { query });
    await ask(graph.url, { extensions: persisted('nobody knows') });
    for (const query of [...wrong, '{ me }']) {
      expect(await ask(graph.url, { query })).toEqual(refused('RATE_LIMITED'));
    }
    await graph.stop();
  });
});
