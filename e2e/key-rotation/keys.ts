import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';

/** The lists that a rotation changes, as settings. */
export interface KeySettings extends Record<string, string> {
  INTERNAL_KEYS: string;
  JWT_SIGNING_KEYS: string;
  REFRESH_TOKEN_SECRET: string;
}

/** What every process is given, step by step. The one before each step is what runs until then. */
export interface Rotation {
  newSigningKeyId: string;
  steps: { name: string; settings: KeySettings }[];
}

/**
 * The order that docs/operate.md gives: a key is known everywhere before anybody signs with it, and nobody
 * signs with a key any more before it is forgotten.
 */
export function planRotation(old: KeySettings): Rotation {
  const internal = `next:${randomBytes(32).toString('base64')}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  const signing = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'EdDSA', use: 'sig' };
  const refresh = `next:${randomBytes(32).toString('base64')}`;
  const oldSigning = JSON.parse(old.JWT_SIGNING_KEYS) as unknown[];
  const settings = (internal: string[], signing: unknown[], refresh: string[]): KeySettings => ({
    INTERNAL_KEYS: internal.join(','),
    JWT_SIGNING_KEYS: JSON.stringify(signing),
    REFRESH_TOKEN_SECRET: refresh.join(','),
  });
  const { INTERNAL_KEYS: oldInternal, REFRESH_TOKEN_SECRET: oldRefresh } = old;
  return {
    newSigningKeyId: signing.kid,
    steps: [
      {
        name: 'append',
        settings: settings([oldInternal, internal], [...oldSigning, signing], [oldRefresh, refresh]),
      },
      {
        name: 'sign',
        settings: settings([internal, oldInternal], [signing, ...oldSigning], [refresh, oldRefresh]),
      },
      { name: 'forget', settings: settings([internal], [signing], [refresh]) },
    ],
  };
}
