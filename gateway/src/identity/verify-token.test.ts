import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { createTokenVerifier } from './verify-token.ts';

const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
const jwk: JWK = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'EdDSA' };
const sign = (issuedAt: number, expiresAt: number, typ?: string, claims: object = {}) =>
  new SignJWT({ sid: 's', ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'one', ...(typ === undefined ? {} : { typ }) })
    .setSubject('ada')
    .setIssuer('i')
    .setAudience('a')
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(pair.privateKey);
const now = Math.floor(Date.now() / 1_000);
const year = 365 * 24 * 60 * 60;

test('a token dies with its key, although it was verified before and says that it is good for ten years', async () => {
  let keys = createLocalJWKSet({ keys: [jwk] });
  let version = 1;
  const verify = createTokenVerifier({
    keyFor: (header, token) => keys(header, token),
    keysVersion: () => version,
    issuer: 'i',
    audience: 'a',
  });
  const token = await sign(now, now + 10 * year);
  expect((await verify(token)).status).toBe('verified');
  keys = createLocalJWKSet({ keys: [] });
  version++;
  expect(await verify(token)).toEqual({ status: 'refused', because: 'forged' });
});

test('a token that is older than may be is refused whatever its end', async () => {
  const keyFor = createLocalJWKSet({ keys: [jwk] });
  const verify = createTokenVerifier({ keyFor, maxAgeMs: 60_000, issuer: 'i', audience: 'a' });
  expect((await verify(await sign(now - 30, now + year))).status).toBe('verified');
  expect(await verify(await sign(now - 90, now + year))).toEqual({ status: 'refused', because: 'expired' });
});

test.each([
  ['at+jwt', 'verified', 'verified'],
  ['application/AT+JWT', 'verified', 'verified'],
  ['JWT', 'verified', 'refused'],
  [undefined, 'verified', 'refused'],
  ['logout+jwt', 'refused', 'refused'],
  ['event-audience+jwt', 'refused', 'refused'],
])('a token that calls itself %s is %s, and %s where it must say what it is', async (typ, usual, strict) => {
  const keyFor = createLocalJWKSet({ keys: [jwk] });
  for (const [requiresType, status] of [
    [false, usual],
    [true, strict],
  ] as const) {
    const verify = createTokenVerifier({ keyFor, requiresType, issuer: 'i', audience: 'a' });
    expect((await verify(await sign(now, now + 60, typ))).status).toBe(status);
  }
});

test('the scopes of a token are its viewer’s, and what is no list of words is no token', async () => {
  const keys = createLocalJWKSet({ keys: [jwk] });
  const verify = createTokenVerifier({
    keyFor: (header, token) => keys(header, token),
    issuer: 'i',
    audience: 'a',
  });
  const viewerOf = async (claims: object) => verify(await sign(now, now + 60, undefined, claims));
  expect(await viewerOf({ scope: 'moderation administration' })).toMatchObject({
    viewer: { subject: 'ada', scopes: ['moderation', 'administration'] },
  });
  for (const claims of [{}, { scope: '' }, { scope: ' ' }]) {
    expect(await viewerOf(claims)).not.toHaveProperty('viewer.scopes');
  }
  expect(await viewerOf({ scope: ['moderation'] })).toEqual({ status: 'refused', because: 'malformed' });
});
