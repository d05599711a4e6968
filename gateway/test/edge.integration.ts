import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf } from './support/answer.ts';
import { ada } from './support/issuer.ts';
import { startGraph, type TestGraph, testKey } from './support/start-graph.ts';
import { farAhead, type RunningSubgraph, serveNeighbourhood } from './support/town.ts';

let neighbours: RunningSubgraph;
let notes: RunningSubgraph;
let graph: TestGraph;

describe.each(['murmuration', 'apollo'])('with the executor %s', (executor) => {
  beforeAll(async () => {
    neighbours = await serveNeighbourhood('neighbours', [testKey]);
    notes = await serveNeighbourhood('notes', [testKey]);
    graph = await startGraph([neighbours, notes], {
      EXECUTOR: executor,
      BODY_LIMIT_BYTES: '4000',
      MAX_DEPTH: '8',
      MAX_ALIASES: '5',
      MAX_ROOT_FIELDS: '6',
      MAX_FIELDS: '300',
      MAX_TOKENS: '300',
      CORS_ORIGINS: 'https://app.example',
      COMPRESS_FROM_BYTES: '1000',
    });
  });
  afterAll(async () => {
    await graph.stop();
    await Promise.all([neighbours, notes].map(({ server }) => server.app.close()));
  });

  describe('a request', () => {
    it('crosses subgraphs', async () => {
      const { data, errors } = await graph.ask('{ notes { text by { name } } }');
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        notes: [
          { text: 'note 1', by: { name: 'Ada' } },
          { text: 'note 2', by: { name: 'Ben' } },
        ],
      });
    });

    it('carries its id to the subgraphs and back, and gets one when it has none', async () => {
      const given = await graph.ask('{ me }', { headers: { 'x-request-id': 'mine-1' } });
      expect(given.headers.get('x-request-id')).toBe('mine-1');
      expect(neighbours.seen.at(-1)?.requestId).toBe('mine-1');
      const issued = (await graph.ask('{ me }')).headers.get('x-request-id');
      expect(issued).toMatch(/^[\w-]{36}$/);
      expect(neighbours.seen.at(-1)?.requestId).toBe(issued);
      const unfit = await graph.ask('{ me }', { headers: { 'x-request-id': 'a b' } });
      expect(unfit.headers.get('x-request-id')).not.toBe('a b');
    });

    it('takes its position to the subgraphs and brings the new one back', async () => {
      const renamed = await graph.ask('mutation { rename(id: "2", name: "Ben") { name } }');
      expect(renamed.headers.get('graph-position')).toBe('renamed-2');
      expect(renamed.headers.get('ratelimit-policy')).toBe('"names";q=5;w=60');
      expect(renamed.headers.get('ratelimit')).toBe('"names";r=4;t=60');
      const read = await graph.ask('{ me }', { headers: { 'graph-position': 'renamed-2' } });
      expect(read.headers.get('graph-position')).toBeNull();
      expect(neighbours.seen.at(-1)?.position).toBe('renamed-2');
    });

    it('says of an answer that may be behind its position that it is', async () => {
      const behindFor = async (position: string) => {
        const { data, headers } = await graph.ask('{ echo(text: "x") }', {
          headers: { 'graph-position': position },
        });
        expect(data).toEqual({ echo: 'x' });
        return headers.get('graph-behind');
      };
      const asked = await Promise.all([behindFor(farAhead), behindFor('renamed-2'), behindFor(farAhead)]);
      expect(asked).toEqual(['true', null, 'true']);
    });
  });

  it('tells subgraphs where a mutation comes from; reads, which strangers may share, do not say', async () => {
    const headers = { 'user-agent': `app/1 ${'x'.repeat(1_000)}` };
    await graph.ask('mutation { rename(id: "2", name: "Ben") { name } }', { headers });
    expect(neighbours.seen.at(-1)?.clientAddress).toMatch(/127\.0\.0\.1$/);
    expect(neighbours.seen.at(-1)?.clientAgent).toBe(headers['user-agent'].slice(0, 256));
    await graph.ask('{ me }', { headers });
    expect(neighbours.seen.at(-1)?.clientAddress).toBeNull();
    expect(neighbours.seen.at(-1)?.clientAgent).toBeNull();
  });

  describe('an access token', () => {
    it('makes the caller the viewer of every subgraph', async () => {
      const { data } = await graph.ask('{ me }', { token: await graph.issuer.token() });
      expect(data).toEqual({ me: ada });
    });

    it('may be missing: then the caller is anonymous', async () => {
      expect((await graph.ask('{ me }')).data).toEqual({ me: 'anonymous' });
      const refused = await graph.ask('{ me secret }');
      expect(refused.data).toEqual({ me: 'anonymous', secret: null });
      expect(codesOf(refused)).toEqual(['UNAUTHENTICATED']);
      expect(refused.errors?.[0]?.path).toEqual(['secret']);
    });

    it('cannot be replaced by an envelope of the caller\u2019s own', async () => {
      const headers = { 'murmuration-envelope': 'v1.test.e30.forged', 'x-murmuration-identity': ada };
      expect((await graph.ask('{ me }', { headers })).data).toEqual({ me: 'anonymous' });
    });

    it.each([
      ['expired', () => graph.issuer.token({ expiresIn: '-1s' }), /expired/],
      ['forged', () => graph.issuer.forged(), /not valid/],
      ['for somebody else', () => graph.issuer.token({ aud: 'elsewhere' }), /not valid/],
      ['garbage', async () => 'garbage', /not valid/],
      ['unsigned', async () => `${btoa('{"alg":"none"}')}.${btoa('{"sub":"usr_1"}')}.`, /not valid/],
    ])('that is %s is refused', async (_name, token, message) => {
      const answer = await graph.ask('{ me }', { token: await token() });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
      expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
      expect(answer.errors?.[0]?.message).toMatch(message);
      expect(answer.data).toBeUndefined();
    });

    it('is not honoured when it expires, although it was verified before', async () => {
      const token = await graph.issuer.token({ expiresIn: '5s' });
      expect((await graph.ask('{ me }', { token })).data).toEqual({ me: ada });
      await new Promise((resolve) => setTimeout(resolve, 5_100));
      expect(codesOf(await graph.ask('{ me }', { token }))).toEqual(['UNAUTHENTICATED']);
    });
  });

  describe('what goes wrong inside', () => {
    it('is masked: no SQL, no address, no stack', async () => {
      const answer = await graph.ask('{ me broken }');
      expect(answer.data).toEqual({ me: 'anonymous', broken: null });
      expect(codesOf(answer)).toEqual(['INTERNAL_SERVER_ERROR']);
      expect(JSON.stringify(answer)).not.toMatch(/SELECT|10\.0\.0\.1|stack/);
    });

    it('nulls only what the slow subgraph owns', async () => {
      // A gateway of its own: no other test shall have so little time. The note has all of it, on any machine.
      const impatient = await startGraph([neighbours, notes], {
        EXECUTOR: executor,
        SUBGRAPH_TIMEOUT_MS: '4000',
      });
      const answer = await impatient.ask('{ slow(ms: 8000) note(id: "1") { text } }');
      expect(answer.data).toEqual({ slow: null, note: { text: 'note 1' } });
      expect(codesOf(answer)).toEqual(['DOWNSTREAM_ERROR']);
      await impatient.stop();
    });
  });

  describe('an operation over a limit is refused by name', () => {
    const deep = '{ note(id: "1") { by { notes { by { notes { by { notes { by { name } } } } } } } } }';
    const echoes = (count: number) =>
      `{ ${Array.from({ length: count }, (_, i) => `e${i}: echo(text: "")`).join(' ')} }`;
    const tower = `fragment A on Note { by { id notes { ...B ...B2 } } } fragment B on Note { text by { ...C } }
    fragment B2 on Note { text by { ...C } } fragment C on Neighbour { id name notes { id text } }`;
    it.each([
      ['maxDepth', deep],
      ['maxAliases', echoes(6)],
      ['maxRootFields', '{ me secret broken notes { id } note(id: "1") { id } a: me b: me }'],
      ['maxFields', `{ notes { ...A } ${'note(id: "1") { ...A ...A ...A } '.repeat(6)} } ${tower}`],
    ])('%s', async (limit, query) => {
      const answer = await graph.ask(query);
      expect(answer.status).toBe(400);
      expect(answer.errors?.map(({ extensions }) => extensions.limit)).toContain(limit);
    });

    it('tokens', async () => {
      const answer = await graph.ask(`{ ${'me '.repeat(400)} }`);
      expect(codesOf(answer)).toEqual(['GRAPHQL_PARSE_FAILED']);
    });

    it('while introspection by tools stays within them', async () => {
      const { getIntrospectionQuery } = await import('graphql');
      expect((await graph.ask(getIntrospectionQuery())).errors).toBeUndefined();
    });
  });

  describe('HTTP', () => {
    const post = (body: string, headers: Record<string, string> = {}) =>
      fetch(`${graph.url}/graphql`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      });
    const codeOf = async (answer: Response) =>
      ((await answer.json()) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code;

    it.each([
      ['malformed JSON', '{"query":', {}, 400],
      ['no query', '{}', {}, 400],
      ['another media type', '{"query":"{me}"}', { 'content-type': 'text/plain' }, 415],
      ['a compressed body', '{"query":"{me}"}', { 'content-encoding': 'gzip' }, 415],
      ['the id of no document', '{"documentId":"sha256:0"}', {}, 400],
      ['a body over the limit', JSON.stringify({ query: `{ me } #${'x'.repeat(5_000)}` }), {}, 413],
    ])('answers %s by name', async (_name, body, headers, status) => {
      const answer = await post(body, headers);
      expect(answer.status).toBe(status);
      expect(await codeOf(answer)).toBe('BAD_USER_INPUT');
    });

    it('refuses a GET that a foreign page could send, and mutations by GET', async () => {
      const url = `${graph.url}/graphql?query=${encodeURIComponent('{ me }')}`;
      expect((await fetch(url)).status).toBe(400);
      const preflighted = { headers: { 'apollo-require-preflight': '1' } };
      expect((await fetch(url, preflighted)).status).toBe(200);
      const mutation = `${graph.url}/graphql?query=${encodeURIComponent('mutation { rename(id: "1", name: "") { id } }')}`;
      expect((await fetch(mutation, preflighted)).status).toBe(405);
    });

    it('lets only the named origin read answers', async () => {
      const allowed = await post('{"query":"{me}"}', { origin: 'https://app.example' });
      expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example');
      const foreign = await post('{"query":"{me}"}', { origin: 'https://evil.example' });
      expect(foreign.headers.get('access-control-allow-origin')).not.toBe('https://evil.example');
    });

    it('compresses long answers for who takes it, and only those', async () => {
      const ask = (length: number, encoding: string) =>
        post(JSON.stringify({ query: `{ echo(text: "${'x'.repeat(length)}") }` }), {
          'accept-encoding': encoding,
        });
      const long = await ask(2_000, 'gzip');
      expect(long.headers.get('content-encoding')).toBe('gzip');
      expect(await long.json()).toEqual({ data: { echo: 'x'.repeat(2_000) } });
      expect((await ask(2_000, 'identity')).headers.get('content-encoding')).toBeNull();
      expect((await ask(2_000, 'gzip;q=0, identity')).headers.get('content-encoding')).toBeNull();
      expect((await ask(10, 'gzip')).headers.get('content-encoding')).toBeNull();
    });

    it.each([
      ['an answer', '{"query":"{ me }"}', {}],
      ['an answer with errors', '{"query":"{ me secret }"}', {}],
      ['a long answer, compressed', `{"query":"{ echo(text: \\"${'ü'.repeat(1_500)}\\") }"}`, {}],
      ['a mutation', '{"query":"mutation { rename(id: \\"2\\", name: \\"Ben\\") { name } }"}', {}],
      ['a refusal by GraphQL', '{"query":"{ nothing }"}', {}],
      ['a refusal before it', '{"query":', {}],
      ['a media type refused', '{"query":"{ me }"}', { 'content-type': 'text/plain' }],
      ['a token refused', '{"query":"{ me }"}', { authorization: 'Bearer garbage' }],
      ['an Accept refused', '{"query":"{ me }"}', { accept: 'image/png' }],
    ])('is the same past the framework and by it: %s', async (_name, body, headers) => {
      const answers = [{}, { origin: 'https://app.example' }].map(async (origin) => {
        const answer = await post(body, { 'x-request-id': 'r1', ...headers, ...origin });
        const named = Object.fromEntries(answer.headers);
        for (const name of ['date', 'access-control-allow-origin', 'access-control-expose-headers']) {
          delete named[name];
        }
        // CORS adds by what it varies.
        const vary = named['vary']?.toLowerCase().replace(/^origin(, )?/, '');
        return { status: answer.status, text: await answer.text(), ...named, vary: vary || undefined };
      });
      const [direct, byFramework] = await Promise.all(answers);
      expect(direct).toEqual(byFramework);
      expect(direct).toMatchObject({ 'x-request-id': 'r1' });
    });

    it('has no other methods and no other address', async () => {
      const headers = { 'x-request-id': 'r2' };
      const answer = await fetch(`${graph.url}/graphql`, { method: 'DELETE', headers });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
      expect(answer.headers.get('x-request-id')).toBe('r2');
      const elsewhere = await fetch(`${graph.url}/api`, { headers });
      expect([elsewhere.status, elsewhere.headers.get('x-request-id')]).toEqual([404, 'r2']);
      expect(await codeOf(elsewhere)).toBe('BAD_USER_INPUT');
    });

    it('has probes', async () => {
      expect((await fetch(`${graph.url}/livez`)).status).toBe(200);
      expect((await fetch(`${graph.url}/readyz`)).status).toBe(200);
    });
  });
});
