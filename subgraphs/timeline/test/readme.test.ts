import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTimelineConfig, readWorkerConfig } from '../src/config.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const needed = {
  TIMELINE_DATABASE_URL: 'postgres://localhost/timeline',
  REDIS_URL: 'redis://localhost',
  INTERNAL_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
  USER_URL: 'http://localhost:4101',
  POST_URL: 'http://localhost:4102',
  REDIS_SENTINEL_PASSWORD: 'set, or it is in no configuration',
  DATA_KEYS: Buffer.alloc(32, 1).toString('base64'),
  VAPID_KEYS: Buffer.alloc(32, 1).toString('base64'),
  PUSH_PROXY_URL: 'http://localhost:3128',
  APNS_TOPIC: 'org.example.app',
  APNS_KEY: `TEAM000001:KEY0000001:${ec.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')}`,
  FCM_PROJECT: 'flock',
  FCM_SERVICE_ACCOUNT: JSON.stringify({
    client_email: 'flock@example.org',
    private_key_id: 'k1',
    private_key: rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }),
  }),
};
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Of each setting in the README's table: of which process it is, and its default. */
const table = new Map(
  [...readme.matchAll(/^\| (`[A-Z_`, ]+) \| (both|answers|worker) \| ([^|]*) \|/gm)].flatMap(
    ([, names = '', of = '', defaults = '']) =>
      [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => [name, { of, defaults }] as const),
  ),
);

test.each([
  ['answers', readTimelineConfig(needed)],
  ['worker', readWorkerConfig(needed)],
])('the table holds every setting of the process that is its: %s', (process, config) => {
  const told = [...table].filter(([, { of }]) => of === 'both' || of === process).map(([name]) => name);
  expect(told.sort()).toEqual(Object.keys(config).sort());
  for (const [name, value] of Object.entries(config)) {
    if (typeof value !== 'number') continue;
    const shown = name === 'PORT' ? String(value) : value.toLocaleString('en');
    expect(`${name}: ${table.get(name)?.defaults}`).toContain(shown);
  }
});

test('what is brought to apps needs both: for whom, and by which key', () => {
  for (const half of ['APNS_TOPIC', 'APNS_KEY', 'FCM_PROJECT', 'FCM_SERVICE_ACCOUNT'])
    expect(() => readWorkerConfig({ ...needed, [half]: '' })).toThrow(half);
  const none = { APNS_TOPIC: '', APNS_KEY: '', FCM_PROJECT: '', FCM_SERVICE_ACCOUNT: '' };
  expect(readWorkerConfig({ ...needed, ...none })).toMatchObject({ APNS_URL: 'https://api.push.apple.com' });
});
