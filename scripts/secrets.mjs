import { generateKeyPairSync, randomBytes } from 'node:crypto';

/**
 * Prints fresh secrets as an env file: `node scripts/secrets.mjs > .env` for compose, or into a secret store; with
 * `--kubernetes` as manifests for a laptop's cluster, which has none: `| kubectl apply -f -`.
 */
const { privateKey } = generateKeyPairSync('ed25519');
// Ids carry the day: it is all that tells how old a key is, and an alert goes by it.
const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
const id = (word) => `${word}${day}-${randomBytes(4).toString('hex')}`;
const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: id('s'), alg: 'EdDSA', use: 'sig' };
const password = () => randomBytes(24).toString('hex');
const secrets = {
  POSTGRES_PASSWORD: password(),
  USER_DATABASE_PASSWORD: password(),
  POST_DATABASE_PASSWORD: password(),
  TIMELINE_DATABASE_PASSWORD: password(),
  REDIS_APP_PASSWORD: password(),
  REDIS_INTERNAL_PASSWORD: password(),
  INTERNAL_KEYS: `${id('k')}:${randomBytes(32).toString('base64')}`,
  JWT_SIGNING_KEYS: JSON.stringify([signingKey]),
  REFRESH_TOKEN_SECRET: `${id('r')}:${randomBytes(32).toString('base64')}`,
  DATA_KEYS: `${id('d')}:${randomBytes(32).toString('base64')}`,
  EMAIL_INDEX_KEYS: `${id('e')}:${randomBytes(32).toString('base64')}`,
  // Any number of so many bits is a private key of P-256, but for one in four thousand million.
  VAPID_KEYS: `${id('v')}:${randomBytes(32).toString('base64')}`,
  // No server is there: put the one that mails are to leave by.
  SMTP_URL: 'smtp://localhost:1025',
};

if (process.argv.includes('--kubernetes')) printManifests();
else for (const [name, value] of Object.entries(secrets)) console.log(`${name}='${value}'`);

function printManifests() {
  const { DATA_KEYS, EMAIL_INDEX_KEYS, INTERNAL_KEYS, JWT_SIGNING_KEYS, REFRESH_TOKEN_SECRET, VAPID_KEYS } =
    secrets;
  const ofTimeline = `${id('d')}:${randomBytes(32).toString('base64')}`;
  const database = (name) => {
    const own = secrets[`${name.toUpperCase()}_DATABASE_PASSWORD`];
    const uri = `postgres://${name}:${own}@postgres-${name}:5432/${name}`;
    return { uri, password: own, superuser: secrets.POSTGRES_PASSWORD };
  };
  const wanted = {
    'internal-keys': { INTERNAL_KEYS },
    'user-keys': { JWT_SIGNING_KEYS, REFRESH_TOKEN_SECRET, DATA_KEYS, EMAIL_INDEX_KEYS },
    'timeline-keys': { DATA_KEYS: ofTimeline, VAPID_KEYS },
    'postgres-user-app': database('user'),
    'postgres-post-app': database('post'),
    'postgres-timeline-app': database('timeline'),
    mail: { SMTP_URL: secrets.SMTP_URL },
    redis: {
      APP_PASSWORD: secrets.REDIS_APP_PASSWORD,
      REDIS_URL: `redis://:${secrets.REDIS_APP_PASSWORD}@redis:6379`,
    },
  };
  for (const [name, stringData] of Object.entries(wanted)) {
    const metadata = { name, namespace: 'murmuration' };
    // JSON is YAML.
    console.log(
      `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, stringData }, null, 2)}`,
    );
  }
}
