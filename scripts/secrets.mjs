import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** Prints fresh secrets as an env file: `node scripts/secrets.mjs > .env` for compose, or into a secret store. */
const { privateKey } = generateKeyPairSync('ed25519');
// Ids carry the day: it is all that tells how old a key is, and an alert goes by it.
const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
const id = (word) => `${word}${day}-${randomBytes(4).toString('hex')}`;
const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: id('s'), alg: 'EdDSA', use: 'sig' };
const secrets = {
  POSTGRES_PASSWORD: randomBytes(24).toString('hex'),
  INTERNAL_KEYS: `${id('k')}:${randomBytes(32).toString('base64')}`,
  JWT_SIGNING_KEYS: JSON.stringify([signingKey]),
  REFRESH_TOKEN_SECRET: `${id('r')}:${randomBytes(32).toString('base64')}`,
};
for (const [name, value] of Object.entries(secrets)) console.log(`${name}='${value}'`);
