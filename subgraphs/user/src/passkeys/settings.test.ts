import { expect, it } from 'vitest';
import { checkPasskeySettings, passkeyDefaults } from './settings.ts';

const android = `android:apk-key-hash:${'A'.repeat(43)}`;

it.each([
  [passkeyDefaults.rpId, passkeyDefaults.origins],
  ['example.org', ['https://example.org', 'https://app.example.org:8443', android]],
])('%s may be asked for by %j', (rpId, origins) => {
  expect(() => checkPasskeySettings({ rpId, origins })).not.toThrow();
});

it.each([
  ['example.org', 'http://example.org'],
  ['example.org', 'https://badexample.org'],
  ['app.example.org', 'https://example.org'],
  ['example.org', 'https://example.org/'],
  ['example.org', 'http://localhost:3000'],
  ['localhost', 'https://app.example.org'],
  ['example.org', 'android:apk-key-hash:'],
  ['example.org', 'example.org'],
])('of passkeys of %s the settings refuse %s', (rpId, origin) => {
  expect(() => checkPasskeySettings({ rpId, origins: [origin] })).toThrow('PASSKEY_ORIGINS');
});
