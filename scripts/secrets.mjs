import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';

/** Prints fresh secrets as an env file: `node scripts/secrets.mjs > .env` for compose, or into a secret store. */
const { privateKey } = generateKeyPairSync('ed25519');
const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'EdDSA', use: 'sig' };
const secrets = {
  POSTGRES_PASSWORD: randomBytes(24).toString('hex'),
  INTERNAL_KEYS: `k${randomBytes(3).toString('hex')}:${randomBytes(32).toString('base64')}`,
  JWT_SIGNING_KEYS: JSON.stringify([signingKey]),
  REFRESH_TOKEN_SECRET: randomBytes(32).toString('base64'),
};
for (const [name, value] of Object.entries(secrets)) console.log(`${name}='${value}'`);
