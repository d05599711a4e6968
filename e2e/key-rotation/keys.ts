import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';

/** The lists that a rotation changes, as settings. */
export interface KeySettings extends Record<string, string> {
  INTERNAL_KEYS: string;
  JWT_SIGNING_KEYS: string;
  REFRESH_TOKEN_SECRET: string;
  DATA_KEYS: string;
  EMAIL_INDEX_KEYS: string;
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
  const data = `next:${randomBytes(32).toString('base64')}`;
  const emailIndex = `next:${randomBytes(32).toString('base64')}`;
  /** Puts the keys of a list in the order of a step. */
  type InOrder = <Key>(before: readonly Key[], added: Key) => Key[];
  const settings = (inOrder: InOrder): KeySettings => ({
    INTERNAL_KEYS: inOrder([old.INTERNAL_KEYS], internal).join(','),
    JWT_SIGNING_KEYS: JSON.stringify(inOrder(oldSigning, signing)),
    REFRESH_TOKEN_SECRET: inOrder([old.REFRESH_TOKEN_SECRET], refresh).join(','),
    DATA_KEYS: inOrder([old.DATA_KEYS], data).join(','),
    EMAIL_INDEX_KEYS: inOrder([old.EMAIL_INDEX_KEYS], emailIndex).join(','),
  });
  return {
    newSigningKeyId: signing.kid,
    steps: [
      { name: 'append', settings: settings((before, added) => [...before, added]) },
      { name: 'sign', settings: settings((before, added) => [added, ...before]) },
      { name: 'forget', settings: settings((_before, added) => [added]) },
    ],
  };
}
