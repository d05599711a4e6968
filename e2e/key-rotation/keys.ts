import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';

/** The two lists that a rotation changes, as settings. */
export interface KeySettings extends Record<string, string> {
  INTERNAL_KEYS: string;
  JWT_SIGNING_KEYS: string;
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
  const oldSigning = JSON.parse(old.JWT_SIGNING_KEYS) as unknown[];
  const settings = (internalKeys: string[], signingKeys: unknown[]): KeySettings => ({
    INTERNAL_KEYS: internalKeys.join(','),
    JWT_SIGNING_KEYS: JSON.stringify(signingKeys),
  });
  return {
    newSigningKeyId: signing.kid,
    steps: [
      { name: 'append', settings: settings([old.INTERNAL_KEYS, internal], [...oldSigning, signing]) },
      { name: 'sign', settings: settings([internal, old.INTERNAL_KEYS], [signing, ...oldSigning]) },
      { name: 'forget', settings: settings([internal], [signing]) },
    ],
  };
}
