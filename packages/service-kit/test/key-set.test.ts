import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '../src/index.ts';
import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, expect, test } from 'vitest';
import { createKeySet, type KeySet, KeysUnavailable } from '../src/key-set.ts';

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

/** An issuer that is away until told otherwise. */
async function startIssuer() {
  const { publicKey } = await generateKeyPair('Ed25519');
  const body = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'EdDSA' }] });
  const issuer = { isUp: false, asked: 0 };
  const server = createServer((_, response) => {
    issuer.asked++;
    response.statusCode = issuer.isUp ? 200 : 502;
    response.end(issuer.isUp ? body : '<html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closings.push(() => new Promise((resolve) => server.close(resolve)));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const keySet = createKeySet({ url, logger: createLogger('test', 'silent'), timeoutMs: 15_000 });
  closings.push(() => keySet.stop());
  return { issuer, keySet };
}

const find = (keySet: KeySet, kid: string) =>
  Promise.resolve(keySet.keyFor({ alg: 'EdDSA', kid }, {} as never)).then(
    () => 'found',
    (error: Error) => error.name,
  );

test('who comes before the issuer has answered waits for it, all by one question', async () => {
  const { issuer, keySet } = await startIssuer();
  await keySet.refresh();
  issuer.isUp = true;
  expect(await Promise.all(Array.from({ length: 20 }, () => find(keySet, 'k1')))).toEqual(
    Array(20).fill('found'),
  );
  expect(issuer.asked).toBe(2);
});

test('with the issuer away it is told, and asked again a moment later', async () => {
  const { issuer, keySet } = await startIssuer();
  expect(await find(keySet, 'k1')).toBe(KeysUnavailable.name);
  issuer.isUp = true;
  expect(await find(keySet, 'k1')).toBe('found');
});

test('unknown keys are asked for once in the cooldown', async () => {
  const { issuer, keySet } = await startIssuer();
  issuer.isUp = true;
  await keySet.refresh();
  for (let i = 0; i < 5; i++) expect(await find(keySet, `other-${i}`)).toBe('JWKSNoMatchingKey');
  expect(issuer.asked).toBe(1);
});
