import { TOTP, Secret } from 'otpauth';
import { expect, it } from 'vitest';
import { codeLimits, makeRecoveryCodes, makeSecret, readCode, sharedSecretOf, stepOf } from './codes.ts';

const atMs = Date.UTC(2026, 0, 1, 12, 0, 5);

it('a code is good a period before and after its own, and no further', () => {
  const secret = makeSecret();
  const { secret: base32, uri } = sharedSecretOf(secret, 'alice');
  expect(uri).toMatch(/^otpauth:\/\/totp\/Murmuration:alice\?/);
  const app = new TOTP({ secret: Secret.fromBase32(base32) });
  const code = app.generate({ timestamp: atMs });
  const step = BigInt(Math.floor(atMs / 30_000));
  const taken = [-2, -1, 0, 1, 2].map((periods) => stepOf(secret, code, atMs + periods * 30_000));
  expect(taken).toEqual([null, step, step, step, null]);
  expect(stepOf(makeSecret(), code, atMs)).toBeNull();
});

it('recovery codes are read as people write them', () => {
  const codes = makeRecoveryCodes();
  expect(new Set(codes).size).toBe(codeLimits.recoveryCodes);
  for (const code of codes) {
    expect(code).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
    expect(readCode(` ${code.toLowerCase().replaceAll('-', ' ')}`)).toEqual({ kind: 'recovery', code });
  }
});

it.each([
  ['123 456', 'totp'],
  ['12345', 'none'],
  ['1234567', 'none'],
  ['', 'none'],
  ['ABCD-EFGH-IJKL-MNO1', 'none'],
])('%j is of the kind %s', (typed, kind) => {
  expect(readCode(typed).kind).toBe(kind);
});
