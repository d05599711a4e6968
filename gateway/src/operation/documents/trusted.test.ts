import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '@murmuration/service-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashOf } from './hash.ts';
import { loadTrustedDocuments } from './trusted.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'trusted-'));
const file = path.join(folder, 'copy.json');
const answer = { status: 200, documents: { a: '{ a }' } as Record<string, string> };
const server = createServer((request, response) => {
  const etag = `"${hashOf(JSON.stringify(answer.documents))}"`;
  const isSame = request.headers['if-none-match'] === etag;
  response.writeHead(isSame ? 304 : answer.status, { etag });
  response.end(isSame ? undefined : JSON.stringify(answer.documents));
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/trusted-documents`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
afterAll(() => rmSync(folder, { recursive: true }));

const load = (more: { url?: string; file?: string }) =>
  loadTrustedDocuments({
    file: more.file,
    url: more.url,
    token: undefined,
    keys: undefined,
    pollMs: 5,
    isRequired: true,
    logger: createLogger('trusted', 'silent'),
  });

it('follows a registry: what is published runs, what is retired does not, and what was known outlives its absence', async () => {
  const trusted = await load({ url, file });
  expect([trusted.textOf('a'), trusted.allows(hashOf('{ a }'))]).toEqual(['{ a }', true]);
  expect(trusted.allows(hashOf('{ b }'))).toBe(false);
  answer.documents = { b: '{ b }' };
  await expect.poll(() => trusted.allows(hashOf('{ b }'))).toBe(true);
  expect([trusted.textOf('a'), trusted.allows(hashOf('{ a }'))]).toEqual([undefined, false]);
  answer.status = 500;
  answer.documents = {};
  const asked = new Promise((resolve) => server.once('request', resolve));
  await asked;
  expect(trusted.allows(hashOf('{ b }'))).toBe(true);
  trusted.stop();

  // A start without the registry takes the copy, and there is none without either.
  const copied = await load({ url, file });
  expect(copied.textOf('b')).toBe('{ b }');
  copied.stop();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ b: '{ b }' });
  await expect(load({ url })).rejects.toThrow('answered 500');
  await expect(load({})).rejects.toThrow('TRUSTED_DOCUMENTS_URL');
});
