import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Names of the settings that carry secrets; a value given in the environment is used instead of ours. */
export interface Secrets {
  INTERNAL_KEYS: string;
  JWT_SIGNING_KEYS: string;
  REFRESH_TOKEN_SECRET: string;
  DATA_KEYS: string;
  EMAIL_INDEX_KEYS: string;
  VAPID_KEYS: string;
}

/** The secrets of this state folder, made at the first start and readable by their owner only. */
export function openSecrets(stateFolder: string): Secrets {
  const file = path.join(stateFolder, 'secrets.json');
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {};
  const secrets: Secrets = {
    INTERNAL_KEYS: `${newId('dev')}:${randomBytes(32).toString('base64')}`,
    JWT_SIGNING_KEYS: JSON.stringify([newSigningKey()]),
    REFRESH_TOKEN_SECRET: `${newId('r')}:${randomBytes(32).toString('base64')}`,
    DATA_KEYS: `${newId('d')}:${randomBytes(32).toString('base64')}`,
    EMAIL_INDEX_KEYS: `${newId('e')}:${randomBytes(32).toString('base64')}`,
    VAPID_KEYS: `${newId('v')}:${randomBytes(32).toString('base64')}`,
    // A folder of before lacks what came since.
    ...kept,
  };
  if (Object.keys(kept).length === Object.keys(secrets).length) return secrets;
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

function newSigningKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { ...privateKey.export({ format: 'jwk' }), kid: newId('s'), alg: 'EdDSA', use: 'sig' };
}

/** Carries the day, by which the age of a key is known. */
function newId(word: string): string {
  return `${word}${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(4).toString('hex')}`;
}
