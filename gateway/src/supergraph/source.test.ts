import { generateKeyPairSync, hash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, createLocalJWKSet } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { urlSource } from './source.ts';

const pair = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'EdDSA' };
const keys = createLocalJWKSet({ keys: [jwk as never] });

const answer = { status: 200, text: 'type Query { a: Int }', headers: {} as Record<string, string> };
const server = createServer((request, response) => {
  const isSame = request.headers['if-none-match'] === answer.headers['etag'] && answer.headers['etag'];
  response.writeHead(isSame ? 304 : answer.status, answer.headers).end(isSame ? undefined : answer.text);
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/supergraph`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function sign(
  text: string,
  {
    key = pair.privateKey,
    typ = 'supergraph+jws',
    graph = 'town',
    version = 1,
    contract = undefined as string | undefined,
  } = {},
): Promise<string> {
  const claims = { graph, version, contract, sha256: hash('sha256', text, 'hex') };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'EdDSA', kid: 'k1', typ })
    .sign(key);
}

it('takes a supergraph with the signature of a key that it knows, and asks with its ETag', async () => {
  answer.headers = { etag: '"1"', 'supergraph-signature': await sign(answer.text) };
  const source = urlSource(url, { keys });
  const read = await source.read();
  expect(read?.sdl).toBe(answer.text);
  // Not in service yet: it is still news.
  expect(await source.read()).toBeDefined();
  read?.taken();
  expect(await source.read()).toBeUndefined();
});

it.each([
  ['none', async () => undefined, /not signed/],
  ['of another text', () => sign('type Query { b: Int }'), /another text/],
  ['by a stranger', () => sign(answer.text, { key: stranger.privateKey }), /signature verification failed/],
  ['of another kind', () => sign(answer.text, { typ: 'JWT' }), /something else/],
  ['that is no signature', async () => 'x.y.z', /Invalid|decode/i],
])('takes none with a signature %s', async (_name, make, expected) => {
  const signature = await make();
  answer.headers = signature === undefined ? {} : { 'supergraph-signature': signature };
  await expect(urlSource(url, { keys }).read()).rejects.toThrow(expected);
});

it.each([
  ['signed', async (version: number) => ({ 'supergraph-signature': await sign(answer.text, { version }) })],
  ['unsigned', async (version: number) => ({ 'supergraph-version': String(version) })],
])('takes none that is older than what it took, %s', async (how, headersOf) => {
  const source = urlSource(url, how === 'signed' ? { keys } : {});
  const read = async (version: number) => {
    answer.headers = await headersOf(version);
    return source.read();
  };
  const newer = await read(10);
  // Not in service: the older one may be what can be served.
  expect(await read(9)).toBeDefined();
  newer?.taken();
  await expect(read(9)).rejects.toThrow('has the version 9, and 10 was taken');
  expect(await read(10)).toBeDefined();
  expect(await read(11)).toBeDefined();
});

it('takes no other graph than its first', async () => {
  const source = urlSource(url, { keys });
  answer.headers = { 'supergraph-signature': await sign(answer.text) };
  (await source.read())?.taken();
  answer.headers = { 'supergraph-signature': await sign(answer.text, { graph: 'village', version: 2 }) };
  await expect(source.read()).rejects.toThrow('of the graph "village", and that of "town" was taken');
});

it('takes no other contract than the one that it asks for', async () => {
  const read = async (asked: string, contract?: string) => {
    answer.headers = { 'supergraph-signature': await sign(answer.text, { contract }) };
    return urlSource(`${url}${asked}`, { keys }).read();
  };
  await expect(read('', 'public')).rejects.toThrow('is the contract "public", and the whole graph was asked');
  await expect(read('?contract=public')).rejects.toThrow('is the whole graph, and the contract "public"');
  await expect(read('?contract=public', 'partner')).rejects.toThrow('"partner"');
  expect(await read('?contract=public', 'public')).toBeDefined();
});

it('gives up an answer that comes for ever', async () => {
  const dripping = createServer((_request, response) => {
    const drip = setInterval(() => response.write(' '), 1);
    response.on('close', () => clearInterval(drip));
  });
  await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
  const { port } = dripping.address() as AddressInfo;
  await expect(urlSource(`http://127.0.0.1:${port}`, { readMs: 20 }).read()).rejects.toThrow(/timeout/);
  await new Promise((resolve) => dripping.close(resolve));
});

it('takes none that is larger than it may be, nor an answer that is none', async () => {
  answer.headers = {};
  await expect(urlSource(url, { maxBytes: 10 }).read()).rejects.toThrow(/more than 10 bytes/);
  answer.status = 500;
  await expect(urlSource(url).read()).rejects.toThrow(/answered 500/);
  answer.status = 200;
});
