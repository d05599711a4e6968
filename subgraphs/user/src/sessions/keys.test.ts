import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseSigningKeys, publicKeySet } from './keys.ts';

const key = (kid: string) => ({
  ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
  kid,
});

it('reads keys in order and publishes their public halves', async () => {
  const keys = parseSigningKeys(JSON.stringify([key('a'), key('b')]));
  const published = await publicKeySet(keys);
  expect(published.keys).toMatchObject([
    { kid: 'a', kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' },
    { kid: 'b', kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' },
  ]);
  expect(published.keys.some((jwk) => 'd' in jwk)).toBe(false);
});

it.each([
  ['no JSON', 'nonsense'],
  ['none', '[]'],
  ['a public key', JSON.stringify([{ ...key('a'), d: undefined }])],
  ['two of one name', JSON.stringify([key('a'), key('a')])],
  ['another curve', JSON.stringify([{ ...key('a'), crv: 'X25519' }])],
  ['no name', JSON.stringify([{ ...key('a'), kid: '' }])],
])('refuses %s without quoting it', (_name, text) => {
  expect(() => parseSigningKeys(text)).toThrow(/^(expected|two keys)/);
});
