import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Names of the settings that carry secrets; a value given in the environment is used instead of ours. */
export interface Secrets {
  INTERNAL_KEYS: string;
  JWT_SIGNING_KEYS: string;
  REFRESH_TOKEN_SECRET: string;
}

/** The secrets of this state folder, made at the first start and readable by their owner only. */
export function openSecrets(stateFolder: string): Secrets {
  const file = path.join(stateFolder, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  const secrets: Secrets = {
    INTERNAL_KEYS: `dev-${randomBytes(3).toString('hex')}:${randomBytes(32).toString('base64')}`,
    JWT_SIGNING_KEYS: JSON.stringify([newSigningKey()]),
    REFRESH_TOKEN_SECRET: randomBytes(32).toString('base64'),
  };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

function newSigningKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'EdDSA', use: 'sig' };
}
